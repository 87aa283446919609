package main

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"

	"example.org/asynchttpapi/internal/e2e/program"
)

// service is the local service behind a proxy, whose address is the one that its
// status URLs have.
type service struct {
	url  string // of the proxy
	seen *seen

	proxy *http.Server
	cmd   *exec.Cmd
	data  string
}

func startService(binary, speed string) (*service, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	data, err := os.MkdirTemp("", "bench-pollers-")
	if err != nil {
		return nil, err
	}
	w := &service{url: "http://" + listener.Addr().String(), data: data, seen: newSeen(), proxy: &http.Server{}}
	server, err := w.exec(binary, "-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-data", data,
		"-base-url", w.url, "-review", "approve", "-speed", speed)
	if err != nil {
		listener.Close()
		return nil, errors.Join(err, os.RemoveAll(data))
	}
	w.proxy.Handler = newProxy(server, w.seen)
	go w.proxy.Serve(listener)
	return w, nil
}

// exec starts the server and returns its address.
func (w *service) exec(binary string, args ...string) (*url.URL, error) {
	w.cmd = exec.Command(binary, args...)
	address, err := program.Start(w.cmd)
	if err != nil {
		return nil, err
	}
	return url.Parse(address)
}

func (w *service) stop() {
	w.proxy.Close()
	program.Stop(w.cmd)
	os.RemoveAll(w.data)
}
