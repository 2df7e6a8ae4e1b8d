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
    "7z",
    "apt",
    "apt-get",
    "arp",
    "awk",
    "base32",
    "base64",
    "bash",
    "bitsadmin",
    "busybox",
    "bzip2",
    "cacls",
    "cat",
    "certutil",
    "chgrp",
    "chmod",
    "chown",
    "cksum",
    "cmd",
    "crontab",
    "cscript",
    "csh",
    "curl",
    "df",
    "dig",
    "dir",
    "dmesg",
    "dnsmasq",
    "dpkg",
    "du",
    "echo",
    "egrep",
    "esentutl",
    "eval",
    "fdisk",
    "fgrep",
    "fping",
    "ftp",
    "gawk",
    "gcc",
    "gdb",
    "get-childitem",
    "get-content",
    "get-process",
    "getent",
    "getfacl",
    "gpg",
    "grep",
    "gunzip",
    "gzip",
    "hexdump",
    "hping3",
    "htop",
    "icacls",
    "iconv",
    "iex",
    "ifconfig",
    "invoke-expression",
    "invoke-webrequest",
    "ipconfig",
    "iptables",
    "javac",
    "journalctl",
    "killall",
    "ksh",
    "ldapsearch",
    "ls",
    "lsblk",
    "lscpu",
    "lsmod",
    "lsof",
    "ltrace",
    "lwp-request",
    "md5sum",
    "mkdir",
    "mkfifo",
    "mkfs",
    "mknod",
    "mktemp",
    "mshta",
    "mv",
    "mysqldump",
    "nawk",
    "nbtstat",
    "nc",
    "ncat",
    "netcat",
    "netsh",
    "netstat",
    "new-object",
    "nltest",
    "nmap",
    "nohup",
    "nslookup",
    "ntpdate",
    "od",
    "openssl",
    "pgrep",
    "phpinfo",
    "pidof",
    "ping",
    "ping6",
    "pip",
    "pkill",
    "powershell",
    "powershell.exe",
    "printenv",
    "printf",
    "ps",
    "psql",
    "pwd",
    "pwsh",
    "qwinsta",
    "rcp",
    "readelf",
    "regsvr32",
    "rlogin",
    "rm",
    "rmdir",
    "rsync",
    "rundll32",
    "schtasks",
    "scp",
    "sed",
    "setfacl",
    "sftp",
    "sh",
    "sha1sum",
    "sha256sum",
    "shutdown",
    "socat",
    "sqlite3",
    "ssh",
    "start-process",
    "start-sleep",
    "strace",
    "su",
    "sudo",
    "sysinfo",
    "systemctl",
    "systeminfo",
    "tac",
    "taskkill",
    "tasklist",
    "tcpdump",
    "tcsh",
    "telnet",
    "tftp",
    "traceroute",
    "tracert",
    "tty",
    "ufw",
    "uname",
    "uniq",
    "unzip",
    "useradd",
    "userdel",
    "usermod",
    "vi",
    "vim",
    "vmstat",
    "vssadmin",
    "wc",
    "wevtutil",
    "wget",
    "whereis",
    "whoami",
    "wmic",
    "wscript",
    "xargs",
    "xterm",
    "xxd",
    "yum",
    "zcat",
    "zsh",
];

/// Names that are words too, in lower case, sorted.
const WORDS: &[&str] = &[
    "at", "attrib", "break", "cal", "cd", "clear", "column", "comm", "copy", "cp", "cut", "dash", "date",
    "dd", "del", "diff", "ed", "env", "erase", "exec", "exit", "expand", "export", "file", "find", "findstr",
    "finger", "fold", "for", "free", "git", "groups", "halt", "head", "history", "host", "hostname", "id",
    "if", "install", "ip", "java", "join", "kill", "last", "less", "link", "ln", "locate", "look", "lua",
    "mail", "make", "man", "mode", "mongo", "more", "mount", "move", "mysql", "nano", "net", "nice", "nl",
    "node", "npm", "passwd", "paste", "perl", "php", "poweroff", "print", "python", "python2", "python3",
    "query", "rd", "read", "reboot", "reg", "ren", "rename", "replace", "reset", "rev", "route", "ruby",
    "runas", "sc", "screen", "script", "sendmail", "service", "set", "sleep", "sort", "source", "split",
    "start", "stat", "strings", "tail", "tar", "tee", "test", "time", "timeout", "top", "touch", "tr",
    "tree", "type", "umount", "unset", "uptime", "users", "ver", "w", "watch", "where", "which", "while",
    "who", "write", "yes", "zip",
];

/// For each first letter, the lengths of the names that begin with it, as bits.
const LENGTHS: [u32; 256] = {
    let mut lengths = [0; 256];
    let tables = [TECHNICAL, WORDS];
    let mut table = 0;
    while table < tables.len() {
        let mut index = 0;
        while index < tables[table].len() {
            let name = tables[table][index].as_bytes();
            lengths[name[0] as usize] |= 1 << name.len();
            index += 1;
        }
        table += 1;
    }
    lengths
};

/// Returns what kind of a command `name` is.
pub(super) fn find(name: &[u8]) -> Option<Command> {
    // Most words differ from all names in their first letter or their length.
    let letter = name.first()?.to_ascii_lowercase();
    if name.len() > 20 || LENGTHS[usize::from(letter)] & 1 << name.len() == 0 && !name.ends_with(b".exe") {
        return None;
    }
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
    const FOLDERS: &[&[u8]] = &[
        b"/bin/",
        b"/sbin/",
        b"/usr/",
        b"usr/bin/",
        b"/opt/",
        b"/tmp/",
        b"/var/tmp/",
        b"./",
        b"/dev/shm/",
    ];
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
