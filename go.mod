module asynchttpapi

go 1.26
