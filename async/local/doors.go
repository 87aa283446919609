package local

import (
	"cmp"
	"fmt"
	"net"
	"sync"

	"example.org/asynchttpapi/internal/starting"
)

// doors are the addresses that the system listens on. They are taken before
// anything else is touched, so that a busy port leaves no trace: see
// answerMeanwhile.
type doors struct {
	api net.Listener
	// stepFunctions is nil where the endpoint is off.
	stepFunctions net.Listener
	// stepFunctionsMoved says that its default address is taken, by a second
	// system on this machine for instance, and a free port serves instead.
	stepFunctionsMoved bool
	// host is the API's as it was asked for.
	host string
}

func (s *system) listen() (*doors, error) {
	api, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return nil, fmt.Errorf("-addr: %w", err)
	}
	host, _, _ := net.SplitHostPort(s.Addr)
	d := &doors{api: api, host: host}
	if s.StepFunctionsAddr == "" {
		return d, nil
	}
	if d.stepFunctions, err = net.Listen("tcp", s.StepFunctionsAddr); err == nil {
		return d, nil
	}
	d.stepFunctions = nil // a nil pointer within the interface would not do
	if !s.StepFunctionsAsked {
		d.stepFunctionsMoved = true
		if d.stepFunctions, err = net.Listen("tcp", "127.0.0.1:0"); err == nil {
			return d, nil
		}
		d.stepFunctions = nil
	}
	d.close()
	return nil, fmt.Errorf("-%s: %w", stepFunctionsFlag, err)
}

// apiURL is where a client on this machine finds the API.
func (d *doors) apiURL() string { return urlOf(d.api, d.host) }

// stepFunctionsURL is where one finds the Step Functions endpoint, or "off".
func (d *doors) stepFunctionsURL() string {
	if d.stepFunctions == nil {
		return "off"
	}
	return urlOf(d.stepFunctions, "")
}

// urlOf is the listener's address, under the host it was asked for if any.
func urlOf(l net.Listener, asked string) string {
	host, port, _ := net.SplitHostPort(l.Addr().String())
	host = cmp.Or(asked, host)
	if isEverywhere(host) {
		host = "localhost" // "all addresses" is none to connect to
	}
	return "http://" + net.JoinHostPort(host, port)
}

// isEverywhere reports whether a host stands for all addresses of the machine.
func isEverywhere(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

// answerMeanwhile has both doors answer 503 until stop is called, with what API
// Gateway and Step Functions send: clients repeat such requests.
func (d *doors) answerMeanwhile() (stop func()) {
	stops := []func(){}
	add := func(l net.Listener, contentType, body string) {
		if tcp, ok := l.(*net.TCPListener); ok {
			stops = append(stops, starting.Answer(tcp, starting.NewGate(contentType, body)))
		}
	}
	add(d.api, "application/json", `{"message":"Service Unavailable"}`)
	add(d.stepFunctions, "application/x-amz-json-1.0", `{"__type":"ServiceUnavailable","message":"The program is starting: it is not ready yet"}`)
	return sync.OnceFunc(func() {
		for _, stop := range stops {
			stop()
		}
	})
}

func (d *doors) close() {
	d.api.Close()
	if d.stepFunctions != nil {
		d.stepFunctions.Close()
	}
}
