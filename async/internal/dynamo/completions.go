package dynamo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
)

// The index of ends: EndedPartition is its hash key and EndedSort its range key,
// both strings, and it has attribute EndedScope besides the keys. It is sparse:
// EndedPartition is written with a record that has a Scope, EndedSort with its
// end. Where no record has a Scope the index is empty, and may be missing.
const (
	EndedIndex     = "ended"
	EndedPartition = "listing"
	EndedSort      = "ended"
	EndedScope     = "scope"
)

// Partitions of the index. A scope is spread over shards, each of which takes
// 1,000 writes a second; buckets keep a caller from reading what other scopes
// have done. An operator reads all partitions.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
const (
	buckets = 8
	shards  = 2
)

// settle is how long an end waits before it is listed: until everything that has
// an earlier time is in the index. An index is eventually consistent, and up to
// 10 s late; a write takes the time before it begins, and is over within
// async.Config.CallTimeout, 5 s; and the clocks of functions differ by less than
// the rest.
const settle = 20 * time.Second

// indexPages bounds the pages of one partition that are read for one request,
// each of at most indexPage entries: those of other scopes are passed over.
const (
	indexPages = 4
	indexPage  = 500
)

var _ async.Completions = (*Store)(nil)

func putScope(it item, r async.Record) {
	if r.Scope != "" {
		putText(it, EndedScope, r.Scope)
		putText(it, EndedPartition, partition(r.Scope, number32(r.ID)%shards))
	}
}

func partition(scope string, shard uint32) string {
	return fmt.Sprintf("%d.%d", number32(scope)%buckets, shard)
}

func number32(text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()
}

// putEnd gives a record that ends now its position, and none to another: an end
// that was undone is listed no more. The id is a capability, and a position is
// seen in URLs: a hash of it keeps ends of one instant apart.
func (s *Store) putEnd(it item, id string, state async.State) {
	if state.Status.Terminal() {
		putText(it, EndedSort, positionOf(s.now())+async.LogID(id))
	}
}

// positionOf is before that of every end at t or later, and after all others.
func positionOf(t time.Time) string { return fmt.Sprintf("%019d-", t.UnixNano()) }

// after makes the position after another one: it sorts before what ends add to
// their time.
const after = "!"

func checkPosition(p string) error {
	digits, tie, ok := strings.Cut(p, "-")
	if !ok || len(digits) != 19 || strings.Trim(digits, "0123456789") != "" || strings.Trim(tie, "0123456789abcdef") != "" {
		return fmt.Errorf("position: %w", async.ErrInvalid)
	}
	return nil
}

// Ended implements async.Completions. Where many ends of other scopes had to be
// passed over, Next is beyond those, and a page may be empty with More.
func (s *Store) Ended(ctx context.Context, q async.EndedQuery) (async.EndedPage, error) {
	if q.After == "" {
		return async.EndedPage{Next: positionOf(s.now())}, nil
	}
	if err := checkPosition(q.After); err != nil {
		return async.EndedPage{}, err
	}
	page := async.EndedPage{Next: q.After}
	horizon := positionOf(s.now().Add(-settle))
	if q.After >= horizon {
		return page, nil
	}
	found, read, err := s.entries(ctx, q, horizon)
	if err != nil {
		return async.EndedPage{}, err
	}
	if page.More = len(found) > q.Limit; page.More {
		found = found[:q.Limit]
	} else if read < horizon {
		page.More, page.Next = true, read
	}
	if len(found) > 0 {
		page.Next = max(found[len(found)-1].position, page.Next)
	}
	if page.More && len(found) == q.Limit {
		page.Next = found[len(found)-1].position
	}
	page.Records, err = s.records(ctx, found)
	return page, err
}

// entry is an end in the index.
type entry struct{ key, position string }

// entries returns what the partitions hold of a scope, in order, and up to which
// position they were read.
func (s *Store) entries(ctx context.Context, q async.EndedQuery, horizon string) (found []entry, read string, err error) {
	var partitions []string
	for shard := range uint32(shards) {
		if q.Scope != "" {
			partitions = append(partitions, partition(q.Scope, shard))
			continue
		}
		for bucket := range buckets {
			partitions = append(partitions, fmt.Sprintf("%d.%d", bucket, shard))
		}
	}
	all, reads, errs := make([][]entry, len(partitions)), make([]string, len(partitions)), make([]error, len(partitions))
	var work sync.WaitGroup
	for i, p := range partitions {
		work.Go(func() { all[i], reads[i], errs[i] = s.partition(ctx, p, q, horizon) })
	}
	work.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, "", err
	}
	read = slices.Min(reads)
	for _, e := range slices.Concat(all...) {
		if e.position <= read {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b entry) int { return cmp.Compare(a.position, b.position) })
	return found, read, nil
}

// partition reads one partition of the index, to beyond q.Limit entries if there
// are so many. It returns the position up to which it has read, horizon for all.
func (s *Store) partition(ctx context.Context, p string, q async.EndedQuery, horizon string) (found []entry, read string, err error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(EndedIndex), Limit: &s.indexPage,
		KeyConditionExpression:   aws.String("#p = :p AND #e BETWEEN :after AND :horizon"),
		ExpressionAttributeNames: map[string]string{"#p": EndedPartition, "#e": EndedSort},
		ExpressionAttributeValues: item{
			":p":       &types.AttributeValueMemberS{Value: p},
			":after":   &types.AttributeValueMemberS{Value: q.After + after},
			":horizon": &types.AttributeValueMemberS{Value: horizon},
		},
	}
	for range indexPages {
		out, err := s.client.Query(ctx, in)
		if err != nil {
			return nil, "", awsenv.Wrap("dynamodb Query", err)
		}
		for _, it := range out.Items {
			r := reader{item: it}
			e, scope := entry{r.text(KeyAttribute), r.text(EndedSort)}, r.text(EndedScope)
			if r.err != nil {
				return nil, "", r.err
			}
			if read = e.position; q.Scope == "" || scope == q.Scope {
				found = append(found, e)
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return found, horizon, nil
		}
		if len(found) > q.Limit {
			break
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	return found, read, nil
}

// records reads the records of entries. One that was reopened, or removed, since
// it was in the index is left out.
func (s *Store) records(ctx context.Context, entries []entry) (records []async.Record, err error) {
	if len(entries) == 0 {
		return nil, nil
	}
	keys := make([]item, len(entries))
	for i, e := range entries {
		keys[i] = keyOf(e.key)
	}
	items := make(map[string]item, len(entries))
	for i := 0; i < len(keys); i += batch {
		if err := s.readAll(ctx, keys[i:min(i+batch, len(keys))], items); err != nil {
			return nil, err
		}
	}
	for _, e := range entries {
		it := items[e.key]
		if r := (reader{item: it}); r.text(EndedSort) != e.position {
			continue
		}
		r, err := recordOf(strings.TrimPrefix(e.key, submissionKey("")), it)
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// batch is the most items that BatchGetItem takes.
const batch = 100

// readAll reads the items of keys into items, by key.
func (s *Store) readAll(ctx context.Context, keys []item, items map[string]item) error {
	for range attempts {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys, ConsistentRead: aws.Bool(true)}},
		})
		if err != nil {
			return awsenv.Wrap("dynamodb BatchGetItem", err)
		}
		for _, it := range out.Responses[s.table] {
			r := reader{item: it}
			items[r.text(KeyAttribute)] = it
		}
		if keys = out.UnprocessedKeys[s.table].Keys; len(keys) == 0 {
			return nil
		}
	}
	return fmt.Errorf("dynamodb BatchGetItem: %w", async.ErrThrottled)
}
