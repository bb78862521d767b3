# The first run of lint builds golangci-lint, which takes a minute or two.
golangci = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# Packages whose tests take more than a few seconds, mostly because they run the whole program.
slow = /(ysq|daemon|demo|worker|register|mailbox|imapsource)$$

.PHONY: check lint test demo speed

check: lint
	go test $$(go list ./... | grep -vE '$(slow)')

lint:
	go run $(golangci) run ./...

test:
	@go run ./.ci/tests ./...

# The speed page, with all of its figures of one run; nothing else should run meanwhile.
speed:
	go run ./.ci/speed > cmd/ysq/SPEED.md.new
	mv cmd/ysq/SPEED.md.new cmd/ysq/SPEED.md

demo:
	go run ./cmd/ysq demo
