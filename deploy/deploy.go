// Package deploy is what an installation consists of besides the program: the systemd units, the
// users and directories they need (sysusers.d, tmpfiles.d), the commented example configuration, and
// the scripts that packages run. It has no code; its tests hold the files to what systemd and package
// config make of them.
//
//	package/     go run ./deploy/package builds the .deb, the .rpm and the tarball
//	scripts/     what they run when they are installed and removed
//	boottest/    installs them on a machine of its own and lives through a server's life
//	doc/         the guides
//	*@.service   for several offices on one machine, each made from the plain unit; ysq-instance
package deploy
