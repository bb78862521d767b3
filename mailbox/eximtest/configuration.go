package eximtest

// configuration is the whole of it: the system's files are not included. Names in capitals are replaced.
const configuration = `spool_directory = DIR/spool
log_file_path = DIR/log/%slog
pid_file_path = DIR/spool/exim.pid
exim_user = OWNER
exim_group = GROUP
never_users =
deliver_drop_privilege = true
keep_environment =
primary_hostname = mail.example.test
qualify_domain = example.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = PORT : TLSPORT
tls_on_connect_ports = TLSPORT
tls_advertise_hosts = *
tls_certificate = DIR/cert.pem
tls_privatekey = DIR/key.pem
message_size_limit = 1M
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_mail = sender
acl_smtp_rcpt = recipient
acl_smtp_data = accepted
queue_run_max = 1

begin acl
sender:
  deny    message = 530 authentication required
         !authenticated = *
  deny    message = 553 Mail from must equal authorized user
          condition = ${if !eqi{$sender_address}{$authenticated_id}}
  accept
recipient:
  accept  domains = example.test
          local_parts = zhangsan
  deny    message = 550 User not found: $local_part
accepted:
  deny    message = 554 DT:SPM 163 smtp3
          condition = ${if match{$h_subject:}{SPAM}}
  accept

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = ${if def:tls_in_cipher}
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{foi@example.test}}{eq{$auth3}{correct-horse}}}}
  server_set_id = $auth2

begin routers
everybody:
  driver = accept
  transport = files

begin transports
files:
  driver = appendfile
  directory = DIR/mail
  maildir_format
  create_directory = false
  delivery_date_add
  envelope_to_add
  return_path_add
  mode = 0600

begin retry
*  *  F,1h,1m
`
