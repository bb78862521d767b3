// Package deploy is what an installation consists of besides the program: the systemd unit, the
// users and directories it needs (sysusers.d, tmpfiles.d), and the commented example configuration.
// It has no code; its tests hold the files to what systemd and package config make of them.
package deploy
