// Loads a Compose file as `docker compose config` does, with the same library: its schema, its references, its files.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithDiscardEnvFile)
	if err == nil {
		project, loaded := options.LoadProject(context.Background())
		if err = loaded; err == nil {
			for _, config := range project.Configs {
				if _, err = os.Stat(config.File); err != nil {
					break
				}
			}
		}
		if err == nil {
			fmt.Printf("compose: %d services, %d files\n", len(project.Services), len(project.Configs)+len(project.Secrets))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
