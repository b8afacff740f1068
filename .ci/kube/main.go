// Command kube reads Kubernetes manifests as Kubernetes does, strictly: a field that the API does not
// have, one that is given twice or a value of another type is an error.
package main

import (
	"fmt"
	"os"

	batch "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
)

func main() {
	scheme := runtime.NewScheme()
	if err := batch.AddToScheme(scheme); err != nil {
		fatal(err)
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			fatal(err)
		}
		_, kind, err := decoder.Decode(text, nil, nil)
		if err != nil {
			fatal(fmt.Errorf("%s: %w", name, err))
		}
		fmt.Printf("%s: %s\n", name, kind)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
