package interp

// Spaced writes a value as the recordings do: with blanks after commas and colons.
var Spaced = spaced

// Stamp writes a time of the context object.
var Stamp = stamp
