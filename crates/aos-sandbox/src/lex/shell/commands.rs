//! The programs that injected command lines call.

/// How sure the name of a program makes that a command line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// A name that is no word of any language.
    Technical,
    /// A name that is an English word, or a usual name of a field, too.
    Word,
}

/// Names that are technical, in lower case, sorted.
const TECHNICAL: &[&str] = &[
    "7z", "apt", "apt-get", "arp", "awk", "base32", "base64", "bash", "bitsadmin", "busybox", "bzip2",
    "cacls", "cat", "certutil", "chgrp", "chmod", "chown", "cksum", "cmd", "crontab", "cscript", "csh",
    "curl", "dash", "dd", "df", "dig", "dir", "dmesg", "dnsmasq", "dpkg", "du", "echo", "egrep", "env",
    "esentutl", "eval", "export", "fdisk", "fgrep", "finger", "fping", "ftp", "gawk", "gcc", "gdb",
    "getent", "getfacl", "gpg", "grep", "gunzip", "gzip", "hexdump", "hping3", "htop", "icacls", "iconv",
    "id", "ifconfig", "ipconfig", "iptables", "java", "javac", "journalctl", "killall", "ksh", "ldapsearch",
    "ls", "lsblk", "lscpu", "lsmod", "lsof", "ltrace", "lua", "lwp-request", "md5sum", "mkdir", "mkfifo",
    "mkfs", "mknod", "mktemp", "mongo", "mshta", "mv", "mysql", "mysqldump", "nano", "nawk", "nbtstat",
    "nc", "ncat", "netcat", "netsh", "netstat", "nice", "nl", "nltest", "nmap", "nohup", "nslookup",
    "ntpdate", "od", "openssl", "passwd", "perl", "pgrep", "php", "phpinfo", "pidof", "ping", "ping6",
    "pip", "pkill", "powershell", "powershell.exe", "printenv", "printf", "ps", "psql", "pwd", "pwsh",
    "python", "python2", "python3", "qwinsta", "rcp", "readelf", "regsvr32", "rev", "rlogin", "rm", "rmdir",
    "rsync", "ruby", "rundll32", "schtasks", "scp", "sed", "setfacl", "sftp", "sh", "sha1sum", "sha256sum",
    "shutdown", "socat", "sqlite3", "ssh", "strace", "su", "sudo", "sysinfo", "systemctl", "systeminfo",
    "tac", "tar", "taskkill", "tasklist", "tcpdump", "tcsh", "telnet", "tftp", "traceroute", "tracert",
    "tty", "ufw", "uname", "uniq", "unzip", "uptime", "useradd", "userdel", "usermod", "vi", "vim",
    "vmstat", "vssadmin", "wc", "wevtutil", "wget", "whereis", "whoami", "wmic", "wscript", "xargs",
    "xterm", "xxd", "yum", "zcat", "zip", "zsh",
];

/// Names that are words too, in lower case, sorted.
const WORDS: &[&str] = &[
    "at", "attrib", "break", "cal", "cd", "clear", "column", "comm", "copy", "cp", "cut", "date", "del",
    "diff", "ed", "erase", "exec", "exit", "expand", "file", "find", "findstr", "fold", "for", "free",
    "git", "groups", "halt", "head", "history", "host", "hostname", "if", "install", "ip", "join", "kill",
    "last", "less", "link", "ln", "locate", "look", "mail", "make", "man", "mode", "more", "mount", "move",
    "net", "node", "npm", "paste", "poweroff", "print", "query", "rd", "read", "reboot", "reg", "ren",
    "rename", "replace", "reset", "route", "runas", "sc", "screen", "script", "sendmail", "service", "set",
    "sleep", "sort", "source", "split", "start", "stat", "strings", "tail", "tee", "test", "time",
    "timeout", "top", "touch", "tr", "tree", "type", "umount", "unset", "users", "ver", "w", "watch",
    "where", "which", "while", "who", "write", "yes",
];

/// Returns what kind of a command `name` is.
pub(super) fn find(name: &[u8]) -> Option<Command> {
    let mut lower = [0; 24];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    let base: &[u8] = lower.strip_suffix(b".exe").unwrap_or(lower);
    let is_in = |table: &[&str]| table.binary_search_by(|entry| entry.as_bytes().cmp(base)).is_ok();
    if is_in(TECHNICAL) {
        Some(Command::Technical)
    } else if is_in(WORDS) {
        Some(Command::Word)
    } else {
        None
    }
}

/// Whether `path` leads to a folder of programs.
pub(super) fn is_program_path(path: &[u8]) -> bool {
    const FOLDERS: &[&[u8]] = &[b"/bin/", b"/sbin/", b"/usr/", b"usr/bin/", b"/opt/", b"/tmp/", b"/var/tmp/", b"./", b"/dev/shm/"];
    FOLDERS.iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::{TECHNICAL, WORDS};

    #[test]
    fn tables_are_sorted_without_duplicates() {
        assert!(TECHNICAL.is_sorted_by(|a, b| a < b), "technical");
        assert!(WORDS.is_sorted_by(|a, b| a < b), "words");
    }
}
