module doorstep

go 1.26
