//! The program as a child process, which never outlives its test.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use portero_adapters::postgres::testing::TestDatabase;

use super::client::Client;

/// The e-mail of the first super admin of a new installation.
pub(crate) const ADMIN: &str = "root@portero.example";
/// Their password.
pub(crate) const PASSWORD: &str = "a password of the tests";

/// How long a start, on a busy machine and an empty database, may take.
const START: Duration = Duration::from_secs(30);

/// The variables that a program keeps from its environment in addition to its own: those of the system and of libpq.
fn is_of_the_system(name: &str) -> bool {
    matches!(name, "HOME" | "PATH" | "LD_LIBRARY_PATH") || name.starts_with("PG")
}

/// The program, about to be run.
pub(crate) struct Program {
    arguments: Vec<String>,
    environment: BTreeMap<&'static str, String>,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Program {
    /// The program with these arguments and none of its variables set.
    pub(crate) fn bare(arguments: &[&str]) -> Self {
        Self { arguments: arguments.iter().map(|&text| text.to_owned()).collect(), environment: BTreeMap::new() }
    }

    /// The program with these arguments on this database, with all that it requires.
    pub(crate) fn on(database: &TestDatabase, arguments: &[&str]) -> Self {
        Self::bare(arguments)
            .with("DATABASE_URL", database.url())
            .with("BIND_ADDR", "127.0.0.1:0")
            .with("JWT_APIKEY_SECRET", "the API key secret of these tests")
            .with("JWT_SESSION_SECRET", "the session secret of these tests")
            .with("ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
            .with("SUPER_ADMIN_INITIAL_EMAIL", ADMIN)
            .with("SUPER_ADMIN_INITIAL_PASSWORD", PASSWORD)
            // Health checks run only in tests about them.
            .with("ROUTER_CHECK_INTERVAL_SECONDS", "0")
            // All the callers of a test have one address.
            .with("RATE_LIMITS", "off")
    }

    /// The service on this database.
    pub(crate) fn serving(database: &TestDatabase) -> Self {
        Self::on(database, &["serve"])
    }

    /// The same with a variable set.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.insert(name, value.to_owned());
        self
    }

    /// The same with a variable unset.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        let system = env::vars().filter(|(name, _)| is_of_the_system(name));
        command.args(&self.arguments).env_clear().envs(system).envs(&self.environment);
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self) -> Ended {
        self.run_with_input("")
    }

    /// Runs it to its end, with this on its standard input.
    pub(crate) fn run_with_input(&self, input: &str) -> Ended {
        let mut command = self.command();
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that reads nothing may have ended by now, which is no fault.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let ended = child.wait_with_output().unwrap();
        Ended {
            code: ended.status.code(),
            output: String::from_utf8(ended.stdout).unwrap(),
            errors: String::from_utf8(ended.stderr).unwrap(),
        }
    }

    /// Starts it, and does not wait until it serves.
    pub(crate) fn start(&self) -> Starting {
        let mut child =
            self.command().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let (lines, writer) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&log));
        let reader = thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut text = writer.0.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
                writer.1.notify_all();
            }
        });
        Starting(Running { child, log, reader: Some(reader) })
    }

    /// Starts it, and waits until it serves.
    pub(crate) fn serve(&self) -> Server {
        self.start().serving()
    }
}

/// A process, ended when this value goes.
struct Running {
    child: Child,
    log: Arc<(Mutex<String>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A service that may not serve yet.
pub(crate) struct Starting(Running);

impl Starting {
    /// Waits until it serves.
    pub(crate) fn serving(self) -> Server {
        let (log, news) = &*self.0.log;
        let text = log.lock().unwrap();
        let (text, _) = news.wait_timeout_while(text, START, |text| address_in(text).is_none()).unwrap();
        let address = address_in(&text).unwrap_or_else(|| panic!("it does not serve: {text}"));
        drop(text);
        Server { running: self.0, address }
    }
}

fn address_in(log: &str) -> Option<SocketAddr> {
    let line = log.lines().find(|line| line.contains("listening"))?;
    let (_, rest) = line.split_once("127.0.0.1:")?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(SocketAddr::from(([127, 0, 0, 1], port.parse().ok()?)))
}

/// A service that serves.
pub(crate) struct Server {
    running: Running,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// A caller of it.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.running.log.0.lock().unwrap().clone()
    }

    /// How many threads it has now.
    pub(crate) fn threads(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/task", self.running.child.id())).unwrap().count()
    }

    /// How many connections of callers it holds now.
    pub(crate) fn connections(&self) -> usize {
        const LISTENS: &str = "0A";
        let port = format!(":{:04X}", self.address.port());
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
        // A socket that no process holds any more has the inode 0.
        rows.filter(|row| row[1].ends_with(&port) && row[3] != LISTENS && row[9] != "0").count()
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.running.child.kill().unwrap();
        self.running.child.wait().unwrap();
    }

    /// Asks it to end, as a service manager does.
    pub(crate) fn terminate(&self) {
        let pid = self.running.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits until it has ended. Answers how, and all that it logged.
    ///
    /// # Panics
    /// When it has not ended in time.
    pub(crate) fn ended(mut self, within: Duration) -> (ExitStatus, String) {
        let deadline = Instant::now() + within;
        let status = loop {
            if let Some(status) = self.running.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it has not ended within {within:?}: {}", self.log());
            thread::sleep(Duration::from_millis(10));
        };
        self.running.reader.take().unwrap().join().unwrap();
        (status, self.log())
    }
}
