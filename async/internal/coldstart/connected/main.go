// Command connected is the empty handler with a connection opened before it
// asks for work, and nothing else: what connecting alone costs.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	// One connection is what is measured, and a redirect would open another.
	once := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := once.Get(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"))
	if err != nil {
		log.Fatal(err)
	}
	resp.Body.Close()
	lambda.Start(func(context.Context, json.RawMessage) (string, error) { return "", nil })
}
