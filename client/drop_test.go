package client_test

import (
	"io"
	"net"
	"net/http"
)

// hijack takes the connection away from net/http and closes it after f.
func hijack(f func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		f(conn)
	}
}

// drop closes the connection without a word.
func drop(w http.ResponseWriter, r *http.Request) { hijack(func(net.Conn) {})(w, r) }

// reset ends the connection with a TCP reset.
func reset(w http.ResponseWriter, r *http.Request) {
	hijack(func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) })(w, r)
}

// raw sends bytes that net/http would not.
func raw(s string) http.HandlerFunc {
	return hijack(func(c net.Conn) { io.WriteString(c, s) })
}

// interim goes on saying that the response is about to come.
var interim = hijack(func(c net.Conn) {
	for {
		if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"); err != nil {
			return
		}
	}
})

// truncated promises more of a body than it sends.
var truncated = raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"id\":")
