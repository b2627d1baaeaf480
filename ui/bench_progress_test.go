package ui

// What a frame costs while a set-up tells a thousand things a second: each batch
// is what comes in 20 ms, of every kind, with the log open and closed.

import (
	"fmt"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

func BenchmarkProgressFrame(b *testing.B) {
	for _, open := range []bool{false, true} {
		b.Run(fmt.Sprintf("log=%v", open), func(b *testing.B) {
			w := newWizard(b.Context(), newFake(), plan.Default(testHost), "next")
			w.update(tea.WindowSizeMsg{Width: 120, Height: 40})
			w.session.review = &Review{Seconds: 480, Steps: reviewSteps()}
			w.at = "progress"
			p := w.page().(*progressPage)
			p.enter()
			p.upTo(3)
			p.logOpen = open
			const batches, each = 100, 20 // two seconds of them
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				p.tell = newTelling()
				for i := range each {
					if i%2 == 0 {
						p.log.add(fmt.Sprintf("[%5d.%06d] virtio_blk virtio2: [vda] 41943040 512-byte logical blocks", n, i))
						continue
					}
					p.tell.event(ofStep(provision.StepProgress, 3, func(e *provision.Event) {
						e.Bytes, e.Total, e.Percent, e.Rate = int64(n%batches)<<20, batches<<20, float64(n%batches), 1<<20
					}))
				}
				p.tell.stir()
				msg := p.tell.next()
				start := time.Now()
				w.Update(msg)
				w.View()
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(0, "ns/op") // mostly the wait that gathers a batch
		})
	}
}
