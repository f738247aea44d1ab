//! A shell into which commands are typed one by one.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// Far longer than any command takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);
const END: &str = "@@ended ";

/// One shell and all that it starts; nothing of it outlives the test.
pub struct Shell {
    child: Child,
    keys: Option<ChildStdin>,
    screen: Receiver<String>,
}

impl Shell {
    /// In this folder, with the `ronde` at hand first on the path.
    pub fn open(folder: &Path) -> Self {
        let binaries = Path::new(env!("CARGO_BIN_EXE_ronde")).parent().unwrap();
        let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
        let mut child = Command::new("bash")
            .args(["--noprofile", "--norc"])
            .current_dir(folder)
            .env_clear()
            .env("PATH", path)
            .env("HOME", folder)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (keys, screen) = (child.stdin.take(), lines_of(child.stdout.take().unwrap()));
        let mut shell = Self { child, keys, screen };
        shell.run("exec 2>&1", &[]);
        // A command that fails before a pipe has failed.
        shell.run("set -o pipefail", &[]);
        shell
    }

    /// Types a line and insists that it succeeds and shows this.
    pub fn run(&mut self, line: &str, shows: &[String]) {
        // Its own input, or a command would read the next ones.
        let typed = if line.starts_with("exec ") { line.to_owned() } else { format!("{{ {line}\n}} < /dev/null") };
        // A new line first, since a command may end without one.
        writeln!(self.keys.as_mut().unwrap(), "{typed}\nprintf '\\n{END}%s\\n' $?").unwrap();
        let mut said = Vec::new();
        let code = loop {
            let read = match self.screen.recv_timeout(PATIENCE) {
                Ok(read) => read,
                Err(RecvTimeoutError::Disconnected) => panic!("the shell ended in `{line}`: {said:?}"),
                Err(RecvTimeoutError::Timeout) => panic!("`{line}` said nothing for {PATIENCE:?} after: {said:?}"),
            };
            if let Some(code) = read.strip_prefix(END) {
                break code.to_owned();
            }
            said.push(read);
        };
        let all = said.join("\n");
        assert_eq!(code, "0", "`{line}` said\n{all}");
        let mut rest = said.iter();
        for shown in shows {
            assert!(rest.any(|line| fits(shown, line)), "`{line}` does not show `{shown}` but\n{all}");
        }
    }
}

/// Each line as it comes, so that a command that hangs is a failure with its name.
fn lines_of(screen: ChildStdout) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let mut read = BufReader::new(screen).lines().map_while(Result::ok);
        let _ = read.try_for_each(|line| sender.send(line));
    });
    lines
}

/// Whether a line is as shown, `...` standing for anything.
fn fits(shown: &str, line: &str) -> bool {
    let parts: Vec<&str> = shown.split("...").collect();
    let [first, middle @ ..] = parts.as_slice() else { return false };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let Some((last, middle)) = middle.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

impl Drop for Shell {
    fn drop(&mut self) {
        drop(self.keys.take());
        // The group is the shell's own: its nodes, if a command failed before they were closed.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}
