package local

import (
	"cmp"
	"fmt"
	"net"
	"sync"

	"example.org/asynchttpapi/internal/starting"
)

// listeners are the addresses that the system listens on. They are taken before
// anything else is touched, so that a busy port leaves no trace: see
// answerMeanwhile.
type listeners struct {
	api net.Listener
	// stepFunctions is nil where the endpoint is off.
	stepFunctions net.Listener
	// stepFunctionsMoved says that its default address is taken, by a second
	// system on this machine for instance, and a free port serves instead.
	stepFunctionsMoved bool
	// host is the API's as it was asked for.
	host string
}

func (s *system) listen() (*listeners, error) {
	api, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return nil, fmt.Errorf("-addr: %w; -addr or the variable ADDR chooses another, such as 127.0.0.1:3002", err)
	}
	host, _, _ := net.SplitHostPort(s.Addr)
	l := &listeners{api: api, host: host}
	if s.StepFunctionsAddr == "" {
		return l, nil
	}
	if l.stepFunctions, err = net.Listen("tcp", s.StepFunctionsAddr); err == nil {
		return l, nil
	}
	l.stepFunctions = nil // a nil pointer within the interface would not do
	if !s.StepFunctionsAsked {
		l.stepFunctionsMoved = true
		if l.stepFunctions, err = net.Listen("tcp", "127.0.0.1:0"); err == nil {
			return l, nil
		}
		l.stepFunctions = nil
	}
	l.close()
	return nil, fmt.Errorf("-%s: %w", stepFunctionsFlag, err)
}

// apiURL is where a client on this machine finds the API.
func (l *listeners) apiURL() string { return urlOf(l.api, l.host) }

// stepFunctionsURL is where one finds the Step Functions endpoint, or "off".
func (l *listeners) stepFunctionsURL() string {
	if l.stepFunctions == nil {
		return "off"
	}
	return urlOf(l.stepFunctions, "")
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

// answerMeanwhile has both listeners answer 503 until stop is called, with what API
// Gateway and Step Functions send: clients repeat such requests.
func (l *listeners) answerMeanwhile() (stop func()) {
	stops := []func(){}
	add := func(l net.Listener, contentType, body string) {
		if tcp, ok := l.(*net.TCPListener); ok {
			stops = append(stops, starting.Answer(tcp, starting.NewGate(contentType, body)))
		}
	}
	add(l.api, "application/json", `{"message":"Service Unavailable"}`)
	add(l.stepFunctions, "application/x-amz-json-1.0", `{"__type":"ServiceUnavailable","message":"The program is starting: it is not ready yet"}`)
	return sync.OnceFunc(func() {
		for _, stop := range stops {
			stop()
		}
	})
}

func (l *listeners) close() {
	l.api.Close()
	if l.stepFunctions != nil {
		l.stepFunctions.Close()
	}
}
