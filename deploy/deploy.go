// Package deploy is what an installation consists of besides the program: the systemd units, the
// users and directories they need (sysusers.d, tmpfiles.d), the commented example configuration, and
// the scripts that packages run. It has no code; its tests hold the files to what systemd and package
// config make of them.
//
//	package/   go run ./deploy/package builds the .deb, the .rpm and the tarball
package deploy
