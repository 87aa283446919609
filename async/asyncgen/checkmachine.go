package asyncgen
