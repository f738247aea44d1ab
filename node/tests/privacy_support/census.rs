//! What the kernel was given: every call by which a process lets bytes out, or opens a way to do so, as `strace` saw it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// All ways out of a process but writing at a place in a file that it has opened, for which it has to open it.
const WAYS: &str = "trace=%network,write,writev,pwritev,?pwritev2,openat,?openat2,?open,?creat,?rename,renameat,renameat2,?link,\
                    linkat,?symlink,symlinkat,?mknod,mknodat,?mkfifo,sendfile,splice,tee,vmsplice,copy_file_range,\
                    ?io_uring_setup,process_vm_writev,execve,?execveat,mq_open,mq_timedsend,msgsnd,shmget,memfd_create";

/// Words before a command that has its calls written to this file. The process keeps its number: whoever looks is its
/// grandchild.
pub fn words(file: &Path) -> Vec<String> {
    let file = file.to_str().unwrap();
    let words = ["strace", "-D", "-f", "-q", "-xx", "-yy", "-s", "1048576", "-e", WAYS, "-o", file];
    words.map(str::to_owned).to_vec()
}

/// One call.
#[derive(Debug)]
struct Call {
    name: String,
    arguments: Vec<u8>,
    /// What stood in quotes.
    texts: Vec<Vec<u8>>,
    answer: String,
}

/// Calls that hand nothing out: they ask, or hear.
const HARMLESS: &[&str] = &[
    "socket",
    "bind",
    "listen",
    "accept",
    "accept4",
    "getsockname",
    "getpeername",
    "setsockopt",
    "getsockopt",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "shutdown",
    "socketpair",
];

/// What became of all calls.
#[derive(Debug, Default)]
pub struct Census {
    /// Places that were connected to, and bytes that went there by TCP.
    pub tcp: BTreeMap<String, u64>,
    /// Datagrams, by the port that they went to.
    pub udp: BTreeMap<String, u64>,
    /// Files that were opened to be written, or named anew.
    pub written: BTreeSet<String>,
    /// What else was written to: pipes, counters of the runtime.
    pub others: BTreeSet<String>,
    /// Ways that a node does not need.
    pub strange: Vec<String>,
    /// All texts that were handed out: bytes that were written, names of files and places.
    pub raw: Vec<u8>,
}

impl Census {
    /// Reads what was seen, once the process has ended.
    pub fn read(file: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(file).unwrap();
        // The first process is the one that was started; threads end without saying so.
        let first = text.split_whitespace().next()?.to_owned();
        let ended =
            |line: &str| line.starts_with(&first) && (line.contains("+++ exited") || line.contains("+++ killed"));
        text.lines().any(ended).then(|| Self::of(&text))
    }

    fn of(text: &str) -> Self {
        let mut census = Self::default();
        let mut begun: BTreeMap<&str, String> = BTreeMap::new();
        let mut execs = 0;
        for line in text.lines() {
            let Some((pid, rest)) = line.split_once(' ') else { continue };
            let rest = rest.trim_start();
            let whole = if let Some(before) = rest.strip_suffix("<unfinished ...>") {
                begun.insert(pid, before.to_owned());
                continue;
            } else if let Some(after) = rest.strip_prefix("<... ") {
                let after = after.split_once(" resumed>").map_or("", |(_, after)| after);
                begun.remove(pid).unwrap_or_default() + after
            } else {
                rest.to_owned()
            };
            if let Some(call) = call(&whole) {
                execs += u32::from(call.name.starts_with("exec"));
                census.take(&call, execs == 1);
            }
        }
        // What was begun and never ended may have let its bytes out.
        begun.values().filter_map(|begun| call(&format!("{begun}) = 0"))).for_each(|call| census.take(&call, false));
        census
    }

    fn take(&mut self, call: &Call, first_exec: bool) {
        if HARMLESS.contains(&&*call.name) || (call.name == "execve" && first_exec) {
            return;
        }
        for text in &call.texts {
            self.raw.extend_from_slice(text);
            self.raw.push(b'\n');
        }
        let failed = call.answer.starts_with('-');
        let to = descriptor(&call.arguments);
        let count: u64 = call.answer.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0);
        match &*call.name {
            "write" | "writev" | "pwritev" | "pwritev2" | "sendto" | "sendmsg" | "sendmmsg" => match &*to {
                tcp if tcp.starts_with("TCP") => *self.tcp.entry(remote(tcp)).or_default() += count,
                udp if udp.starts_with("UDP") => {
                    for port in ports(&call.arguments).into_iter().chain(connected(udp)) {
                        *self.udp.entry(port).or_default() += 1;
                    }
                }
                other => drop(self.others.insert(other.to_owned())),
            },
            "connect" => {
                let place = address(&call.arguments);
                self.tcp.entry(place).or_default();
            }
            "openat" | "open" | "openat2" | "creat" if !failed => {
                let flags = String::from_utf8_lossy(&call.arguments).into_owned();
                if flags.contains("O_WRONLY") || flags.contains("O_RDWR") || flags.contains("O_CREAT") {
                    self.written.insert(named(&call.answer));
                }
            }
            "openat" | "open" | "openat2" => {}
            "rename" | "renameat" | "renameat2" => {
                self.written.extend(call.texts.iter().map(|name| String::from_utf8_lossy(name).into_owned()));
            }
            other => self.strange.push(format!("{other}({})", String::from_utf8_lossy(&call.arguments))),
        }
    }
}

/// `name(arguments) = answer`, with everything that is written in hex as bytes.
fn call(line: &str) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, answer) = rest.rsplit_once(" = ")?;
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let answer = String::from_utf8_lossy(&plain(answer)).into_owned();
    // In hex, no text holds a quote.
    let texts = arguments.split('"').skip(1).step_by(2).map(plain).collect();
    is_name.then(|| Call { name: name.to_owned(), arguments: plain(arguments), texts, answer })
}

/// Bytes out of `\x41`.
fn plain(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut plain = Vec::with_capacity(rest.len() / 3);
    while let Some(first) = rest.first() {
        let byte = (rest.starts_with(b"\\x")).then(|| std::str::from_utf8(rest.get(2..4)?).ok()).flatten();
        match byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = &rest[4..];
            }
            None => {
                plain.push(*first);
                rest = &rest[1..];
            }
        }
    }
    plain
}

/// What stands behind the first number: `7<TCP:[here->there]>`.
fn descriptor(arguments: &[u8]) -> String {
    let end = arguments.windows(2).position(|pair| pair == b">," || pair == b"> ").unwrap_or(arguments.len());
    named(&String::from_utf8_lossy(&arguments[..end]))
}

fn named(descriptor: &str) -> String {
    descriptor.split_once('<').map_or(descriptor, |(_, name)| name.trim_end_matches('>')).to_owned()
}

/// The far end of `TCP:[here->there]`.
fn remote(tcp: &str) -> String {
    tcp.rsplit_once("->").map_or(tcp, |(_, there)| there.trim_end_matches(']')).to_owned()
}

fn connected(udp: &str) -> Option<String> {
    let (_, there) = udp.rsplit_once("->")?;
    Some(there.trim_end_matches(']').rsplit_once(':')?.1.to_owned())
}

/// Ports that datagrams are addressed to.
fn ports(arguments: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(arguments).into_owned();
    let after = text.split("_port=htons(").skip(1);
    after.filter_map(|rest| rest.split_once(')')).map(|(port, _)| port.to_owned()).collect()
}

/// Where a connection is to lead: address and port, or whatever else was named.
fn address(arguments: &[u8]) -> String {
    let text = String::from_utf8_lossy(arguments).into_owned();
    let host = text.split("inet_addr(\"").nth(1).and_then(|rest| rest.split('"').next());
    match (host, ports(arguments).first()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        _ => text,
    }
}
