package interp

// Spaced writes a value as the recordings do: with blanks after commas and colons.
var Spaced = spaced
