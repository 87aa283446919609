package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async/local"
)

// A program of data format 1 was killed over this folder, shortly before madeAt.
var (
	format1 = filepath.Join("..", "..", "async", "internal", "sqlite", "testdata", "format1", "data.db")
	madeAt  = time.Date(2026, 11, 28, 10, 20, 0, 0, time.UTC)
)

// What ended under the old program reads as it did, and what was open goes on:
// in executions that the old program started, of the old state machine.
func TestFolderOfFormat1GoesOn(t *testing.T) {
	for name, tt := range map[string]struct {
		review string
		open   string // how open submissions end
	}{
		"accepted": {"approve", "Approved"},
		"rejected": {"reject@selection", "Rejected"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copyOfFormat1(t)
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(madeAt))
				server := start(t, dir, tt.review)
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				for id, want := range map[string]string{
					"p7e6ekkvx6xnxfkdrvmhhznkpj": "Succeeded Approved",
					"hhig4adnpanflz2vyqwhpoorjr": "Succeeded Rejected",
					"3th4ehxbk5vh6o43ryy4ved7p2": "Failed Moderation",
					"go4ks7bkno666e3tmbozvtyzne": "Succeeded " + tt.open, // was at shortlisting
					"r7d3ugzrdmdgnkg2t3mk4jpzns": "Succeeded " + tt.open, // was at moderation
					"4u4dborhhtmzxlq3c5n4auonww": "Succeeded " + tt.open,
				} {
					got := status(t, server, id)
					if string(got.Status)+" "+got.CustomStatus != want {
						t.Errorf("%s is %+v, want %s", id, got, want)
					}
				}
				if err := server.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func copyOfFormat1(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	data, err := os.ReadFile(format1)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "data.db"), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, dir, review string) *local.Server {
	t.Helper()
	job, err := newJob(func(flag string) string { return map[string]string{"review": review, "speed": "1"}[flag] })
	if err != nil {
		t.Fatal(err)
	}
	server, err := local.New(t.Context(), job, local.Options{Data: dir, BaseURL: "http://127.0.0.1:3000", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func status(t *testing.T, server http.Handler, id string) api.Submission {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:3000"+api.StatusPath+id, nil)
	w := httptest.NewRecorder()
	server.ServeHTTP(w, req)
	var s api.Submission
	if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil {
		t.Fatalf("%s: %d %s", id, w.Code, w.Body)
	}
	return s
}
