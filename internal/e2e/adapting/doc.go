// Package adapting holds one test: it does what docs/adapting.md says, on a
// copy of the tree. A stage is added in the four places, and nowhere else; the
// result is built, held to the walls, and run.
package adapting
