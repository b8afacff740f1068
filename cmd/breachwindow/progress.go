package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how far a long read has come: a bar on a terminal, elsewhere a line every ten
// seconds.
type progress struct {
	bars  *mpb.Progress
	bar   *mpb.Bar
	quit  chan struct{}
	done  sync.WaitGroup
	mu    sync.Mutex
	read  int64
	total int64
}

// newProgress starts to show it; what is the work in one word, total its bytes.
func (a *app) newProgress(what string, total int64) *progress {
	p := &progress{quit: make(chan struct{}), total: total}
	if a.bars {
		p.bars = mpb.New(mpb.WithOutput(a.errw), mpb.WithWidth(40))
		p.bar = p.bars.AddBar(p.total, mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(what+" ")),
			mpb.AppendDecorators(decor.CountersKibiByte("% .1f / % .1f")))
		return p
	}
	// The goroutine only prints: a load over hours must not look dead in a log.
	p.done.Go(func() {
		tick := time.NewTicker(10 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-p.quit:
				return
			case <-tick.C:
				p.mu.Lock()
				read := p.read
				p.mu.Unlock()
				fmt.Fprintf(a.errw, "breachwindow: %s, %d of %d MiB read\n",
					what, read>>20, p.total>>20)
			}
		}
	})
	return p
}

// add is called from several goroutines.
func (p *progress) add(bytes int64) {
	if p.bar != nil {
		p.bar.IncrInt64(bytes)
		return
	}
	p.mu.Lock()
	p.read += bytes
	p.mu.Unlock()
}

func (p *progress) stop() {
	close(p.quit)
	p.done.Wait()
	if p.bar != nil {
		p.bar.Abort(true) // files known already were not read: it need not be full
		p.bars.Wait()
	}
}
