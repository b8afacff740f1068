package ingest_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"breachwindow/ingest"
)

// trail returns n generated CloudTrail events as an S3 file, about 1.6 kB each.
func trail(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"Records":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		trailEvent(&b, i)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// trailEvent writes an event. What is random in real logs is random here, so that it
// compresses as they do.
func trailEvent(b *bytes.Buffer, i int) {
	rng := rand.New(rand.NewPCG(uint64(i), 1))
	random := func(n int) string {
		s := ""
		for len(s) < n {
			s += fmt.Sprintf("%016X", rng.Uint64())
		}
		return s[:n]
	}
	uuid := func() string {
		r := strings.ToLower(random(32))
		return r[:8] + "-" + r[8:12] + "-" + r[12:16] + "-" + r[16:20] + "-" + r[20:]
	}
	names := [...]string{"GetObject", "AssumeRole", "DescribeInstances", "Decrypt"}
	services := [...]string{"s3", "sts", "ec2", "kms"}
	k := i % len(names)
	fmt.Fprintf(b, `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":`+
		`"AROATFQR7NSCWWVLB7BES:session-%d","arn":"arn:aws:sts::123456789012:assumed-role/deploy-role/`+
		`session-%d","accountId":"123456789012","accessKeyId":"ASIA%s","sessionContext":`+
		`{"sessionIssuer":{"type":"Role","principalId":"AROATFQR7NSCWWVLB7BES","arn":`+
		`"arn:aws:iam::123456789012:role/deploy-role","accountId":"123456789012","userName":"deploy-role"},`+
		`"webIdFederationData":{},"attributes":{"creationDate":"2022-12-20T11:%02d:%02dZ",`+
		`"mfaAuthenticated":"false"}}},"eventTime":"2022-12-20T12:%02d:%02dZ","eventSource":`+
		`"%s.amazonaws.com","eventName":"%s","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.%d",`+
		`"userAgent":"aws-sdk-go/1.44.171 (go1.19.4; linux; amd64) exec-env/AWS_ECS_FARGATE",`,
		i%97, i%97, random(16), i/60%60, i%60, i/60%60, i%60, services[k], names[k], rng.IntN(250))
	switch k {
	case 1:
		fmt.Fprintf(b, `"requestParameters":{"roleArn":"arn:aws:iam::123456789012:role/reader",`+
			`"roleSessionName":"reader-%d","durationSeconds":3600},"responseElements":{"credentials":`+
			`{"accessKeyId":"ASIA%s","sessionToken":"FwoGZXIvYXdzEBYaD%s","expiration":`+
			`"Dec 20, 2022, 1:00:00 PM"},"assumedRoleUser":{"assumedRoleId":"AROATFQR7NSC:reader-%d",`+
			`"arn":"arn:aws:sts::123456789012:assumed-role/reader/reader-%d"}},`, i, random(16), random(300), i, i)
	default:
		fmt.Fprintf(b, `"requestParameters":{"bucketName":"acme-artifacts-prod","Host":`+
			`"acme-artifacts-prod.s3.us-east-1.amazonaws.com","key":"builds/2022/12/20/%s/app.tar.gz"},`+
			`"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":`+
			`"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader",`+
			`"x-amz-id-2":"%s=","bytesTransferredOut":%d},`, random(40), random(75), rng.IntN(1<<20))
	}
	fmt.Fprintf(b, `"requestID":"%s","eventID":"%s",`+
		`"readOnly":true,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::acme-artifacts-prod/`+
		`builds/%s"},{"accountId":"123456789012","type":"AWS::S3::Bucket","ARN":`+
		`"arn:aws:s3:::acme-artifacts-prod"}],"eventType":"AwsApiCall","managementEvent":false,`+
		`"recipientAccountId":"123456789012","eventCategory":"Data","tlsDetails":{"tlsVersion":"TLSv1.2",`+
		`"cipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","clientProvidedHostHeader":`+
		`"acme-artifacts-prod.s3.us-east-1.amazonaws.com"}}`, uuid(), uuid(), random(12))
}

func zip(tb testing.TB, b []byte) []byte {
	tb.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(b); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return z.Bytes()
}

// nothing is a sink that keeps nothing.
type nothing struct{ events int64 }

func (n *nothing) Events(e []ingest.Event) error { n.events += int64(len(e)); return nil }
func (n *nothing) Reject(ingest.Reject) error    { return nil }

func benchmarkRead(b *testing.B, stored []byte, expanded, events int) {
	b.Helper()
	b.SetBytes(int64(expanded))
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		sink := &nothing{}
		f, err := ingest.Read(b.Context(), "x", bytes.NewReader(stored), ingest.Options{}, sink)
		if err != nil || f.Events != int64(events) {
			b.Fatalf("%d events, %v", f.Events, err)
		}
	}
	runtime.ReadMemStats(&after)
	allocs := float64(after.Mallocs-before.Mallocs) / float64(b.N) / float64(events)
	b.ReportMetric(allocs, "allocs/event")
}

func BenchmarkRead(b *testing.B) {
	const events = 20_000
	plain := trail(events)
	b.Run("plain", func(b *testing.B) { benchmarkRead(b, plain, len(plain), events) })
	zipped := zip(b, plain)
	b.Run("gzip", func(b *testing.B) { benchmarkRead(b, zipped, len(plain), events) })
	b.Run("only-gunzip", func(b *testing.B) {
		b.SetBytes(int64(len(plain)))
		for b.Loop() {
			z, err := gzip.NewReader(bytes.NewReader(zipped))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, z); err != nil {
				b.Fatal(err)
			}
		}
	})
	small := trail(30)
	smallZip := zip(b, small)
	b.Run("small", func(b *testing.B) { benchmarkRead(b, smallZip, len(small), 30) })
}
