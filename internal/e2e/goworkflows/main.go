// Command goworkflows measures cschleiden/go-workflows, an embedded engine of
// durable workflows for Go, with its SQLite backend on a file: chains of three
// activities that take no time, the work that the local Step Functions does in
// its own benchmark. It is a module of its own, so that its dependencies are not
// the project's.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cschleiden/go-workflows/backend"
	"github.com/cschleiden/go-workflows/backend/sqlite"
	"github.com/cschleiden/go-workflows/client"
	"github.com/cschleiden/go-workflows/worker"
	"github.com/cschleiden/go-workflows/workflow"
)

func main() {
	log.SetFlags(0)
	each := flag.Duration("each", 3*time.Second, "how long each throughput is measured")
	dir := flag.String("dir", "", "folder to work in, on the disk to be measured; a temporary one where empty")
	flag.Parse()
	for _, n := range []int{1, 64} {
		if err := measure(*dir, n, *each); err != nil {
			log.Fatal("goworkflows: ", err)
		}
	}
}

func step(context.Context, string) (string, error) { return "done", nil }

func chain(ctx workflow.Context, id string) (string, error) {
	for range 3 {
		var err error
		if id, err = workflow.ExecuteActivity[string](ctx, workflow.DefaultActivityOptions, step, id).Get(ctx); err != nil {
			return "", err
		}
	}
	return id, nil
}

// measure keeps n chains in flight for a while and prints how many ended.
func measure(folder string, n int, each time.Duration) error {
	dir, err := os.MkdirTemp(folder, "goworkflows")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	b := sqlite.NewSqliteBackend(filepath.Join(dir, "workflows.db"),
		sqlite.WithBackendOptions(backend.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))))
	w := worker.New(b, nil)
	if err := w.RegisterWorkflow(chain); err != nil {
		return err
	}
	if err := w.RegisterActivity(step); err != nil {
		return err
	}
	if err := w.Start(ctx); err != nil {
		return err
	}
	c := client.New(b)
	var ended atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	began := time.Now()
	for i := range n {
		wg.Go(func() {
			for k := 0; time.Since(began) < each; k++ {
				instance, err := c.CreateWorkflowInstance(ctx, client.WorkflowInstanceOptions{InstanceID: fmt.Sprintf("%d-%d-%d", n, i, k)}, chain, "0123456789012345678901234567890123456789")
				if err == nil {
					_, err = client.GetWorkflowResult[string](ctx, c, instance, time.Minute)
				}
				if err != nil {
					failed.Store(&err)
					return
				}
				ended.Add(1)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	fmt.Printf("%-40s %9.0f /s\n", fmt.Sprintf("go-workflows: chains of 3, %d in flight", n), float64(ended.Load())/time.Since(began).Seconds())
	return nil
}
