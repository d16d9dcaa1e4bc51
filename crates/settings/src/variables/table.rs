//! The rows of the table, chapter by chapter.

use super::{Inherit, Kind, Scope, Topic, Variable};
use crate::Service;

const fn global(
    topic: Topic,
    name: &'static str,
    kind: Kind,
    default: &'static str,
    source: &'static str,
    text: &'static str,
) -> Variable {
    Variable {
        name,
        topic,
        kind,
        default,
        scope: Scope::Global,
        only: None,
        shared: &[],
        secret: false,
        empty_counts: false,
        text,
        source,
    }
}

const fn each(
    topic: Topic,
    name: &'static str,
    kind: Kind,
    default: &'static str,
    inherit: Inherit,
    source: &'static str,
    text: &'static str,
) -> Variable {
    let row = global(topic, name, kind, default, source, text);
    Variable { scope: Scope::PerInstance(inherit), ..row }
}

impl Variable {
    const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    const fn only(self, service: Service) -> Self {
        Self { only: Some(service), ..self }
    }

    const fn shared(self, shared: &'static [&'static str]) -> Self {
        Self { shared, ..self }
    }

    const fn empty_counts(self) -> Self {
        Self { empty_counts: true, ..self }
    }
}

use Inherit::{Either, Never, OAuthApp, Shared, Unnumbered};
use Kind::{
    Choice, Integer, List, Path, Pattern, Rate, Seconds, Switch, Text, TimeOfDay, Url, Verify,
};
use Service::{Confluence, Jira};

/// Every variable of the product, in the order of the reference.
#[rustfmt::skip] // A row is its columns on one line and its text below.
pub const VARIABLES: &[Variable] = &[
    // Address and credentials.
    each(Topic::Connection, "X_URL", Url, "", Never, "server spec section 2.2",
        "Base address of the instance, with its context path if it has one. Setting it is what \
         makes an instance."),
    each(Topic::Connection, "X_USERNAME", Text, "", Never, "server spec section 2.2",
        "E-mail address on Cloud, login name on Data Center."),
    each(Topic::Connection, "X_API_TOKEN", Text, "", Never, "server spec section 2.2",
        "API token on Cloud, password on Data Center; goes together with the user name.").secret(),
    each(Topic::Connection, "X_PERSONAL_TOKEN", Text, "", Never, "server spec section 2.2",
        "Personal access token of a Data Center instance; not used on Cloud.").secret(),
    each(Topic::Connection, "X_CLIENT_CERT", Path, "", Never, "server spec section 2.2",
        "File with a TLS client certificate: PEM, alone or together with its key, or PKCS#12."),
    each(Topic::Connection, "X_CLIENT_KEY", Path, "", Never, "server spec section 2.2",
        "PEM file with the key of the client certificate when it is a file of its own."),
    each(Topic::Connection, "X_CLIENT_KEY_PASSWORD", Text, "", Never, "server spec section 10.18",
        "Password of an encrypted client key or of a PKCS#12 file.").secret(),
    each(Topic::Connection, "X_CUSTOM_HEADERS", List, "", Never, "server spec section 2.2",
        "Headers added to every request, as comma separated `Name=value`; they override the \
         headers of the same name.").secret(),
    each(Topic::Connection, "X_PASSTHROUGH_HEADERS", List, "", Never, "server spec section 2.2",
        "Names of headers copied from the incoming HTTP request to Atlassian; without effect over \
         stdio."),
    each(Topic::Connection, "X_DEPLOYMENT", Choice(&["cloud", "datacenter", "dc", "server"]), "", Never,
        "design section 9",
        "Says what the instance is when its host name does not: Cloud behind a custom domain, or \
         a test server."),
    each(Topic::Connection, "X_EXTERNAL_AUTH_ENABLE", Switch, "false", Never,
        "server spec section 11.1",
        "The instance has no credentials of its own; only headers passed through from the caller \
         authenticate.").shared(&["ATLASSIAN_EXTERNAL_AUTH_ENABLE"]),
    global(Topic::Connection, "ATLASSIAN_EXTERNAL_AUTH_ENABLE", Switch, "false",
        "server spec section 2.8",
        "The same for both unnumbered instances; it offers them even without an address, which \
         then comes with the request."),
    // OAuth.
    each(Topic::OAuth, "X_OAUTH_ACCESS_TOKEN", Text, "", Never, "server spec section 2.7",
        "An access token obtained elsewhere; used as it is and never \
         refreshed.").secret().shared(&["ATLASSIAN_OAUTH_ACCESS_TOKEN"]),
    global(Topic::OAuth, "ATLASSIAN_OAUTH_ACCESS_TOKEN", Text, "", "server spec section 2.7",
        "The same for both unnumbered instances.").secret(),
    each(Topic::OAuth, "X_OAUTH_CLOUD_ID", Text, "", Never, "server spec section 11.1",
        "Id of the Cloud site, which sends OAuth calls through Atlassian's gateway; found by the \
         address among the sites of the token when unset.").shared(&["ATLASSIAN_OAUTH_CLOUD_ID"]),
    global(Topic::OAuth, "ATLASSIAN_OAUTH_CLOUD_ID", Text, "", "server spec section 2.7",
        "The same for both unnumbered instances; ignored for a Data Center one."),
    each(Topic::OAuth, "X_OAUTH_CLIENT_ID", Text, "", OAuthApp, "server spec section 2.7",
        "Client id of a registered OAuth app; goes together with the client \
         secret.").shared(&["ATLASSIAN_OAUTH_CLIENT_ID"]),
    global(Topic::OAuth, "ATLASSIAN_OAUTH_CLIENT_ID", Text, "", "server spec section 2.7",
        "Client id of the app that the instances share."),
    each(Topic::OAuth, "X_OAUTH_CLIENT_SECRET", Text, "", OAuthApp, "server spec section 2.7",
        "Client secret of the OAuth app.").secret().shared(&["ATLASSIAN_OAUTH_CLIENT_SECRET"]),
    global(Topic::OAuth, "ATLASSIAN_OAUTH_CLIENT_SECRET", Text, "", "server spec section 2.7",
        "Client secret of the app that the instances share.").secret(),
    each(Topic::OAuth, "X_OAUTH_REDIRECT_URI", Url, "", OAuthApp, "server spec section 2.7",
        "Redirect address registered for the app. Required on Cloud; on Data Center \
         `http://localhost:8080/callback` when unset.").shared(&["ATLASSIAN_OAUTH_REDIRECT_URI"]),
    global(Topic::OAuth, "ATLASSIAN_OAUTH_REDIRECT_URI", Url, "", "server spec section 2.7",
        "Redirect address of the app that the instances share."),
    each(Topic::OAuth, "X_OAUTH_SCOPE", Text, "", OAuthApp, "server spec section 2.7",
        "Scopes asked for, separated by blanks. Required on Cloud; on Data Center `WRITE` when \
         unset.").shared(&["ATLASSIAN_OAUTH_SCOPE"]),
    global(Topic::OAuth, "ATLASSIAN_OAUTH_SCOPE", Text, "", "server spec section 2.7",
        "Scopes of the app that the instances share."),
    each(Topic::OAuth, "X_OAUTH_ENABLE", Switch, "false", Shared, "server spec section 11.1",
        "The instance is offered without a token of its own; every request over HTTP brings \
         one.").shared(&["ATLASSIAN_OAUTH_ENABLE"]),
    global(Topic::OAuth, "ATLASSIAN_OAUTH_ENABLE", Switch, "false", "server spec section 2.7",
        "The same for every instance; the unnumbered ones are then offered even without an \
         address."),
    global(Topic::OAuth, "ATLASSIAN_OAUTH_DIR", Path, "", "server spec section 7.2",
        "Folder of the token files of `atlassian-mcp auth login`; `.mcp-atlassian` in the home \
         directory when unset."),
    // Instances.
    each(Topic::Instances, "X_INSTANCE_NAME", Text, "", Never, "server spec section 11.2",
        "Name of a numbered instance, which stands in its tool names: letters a-z, digits and \
         single inner underscores, at most 20 characters; `jira_2` and so on when unset. For an \
         unnumbered instance a label shown to people."),
    each(Topic::Instances, "X_PROJECTS", List, "", Never, "design section 9",
        "Project keys that belong to this instance, for calls that name no instance.").only(Jira),
    each(Topic::Instances, "X_SPACES", List, "", Never, "design section 9",
        "Space keys that belong to this instance, for calls that name no \
         instance.").only(Confluence),
    global(Topic::Instances, "ATLASSIAN_TOOL_MODE", Choice(&["prefixed", "argument", "compact"]), "prefixed",
        "design section 4",
        "How the tools of several instances are presented: one set per instance with its name \
         inside, one set with an `instance` argument, or a handful of tools that find and call the \
         others."),
    global(Topic::Instances, "ATLASSIAN_INSTANCES", List, "", "design section 9",
        "Names, aliases or groups of the instances that clients may see; all when unset."),
    global(Topic::Instances, "ATLASSIAN_INSTANCE_ALIASES", List, "", "design section 9",
        "Further names, as `alias=instance`; accepted wherever a call names an instance, not in \
         tool names."),
    global(Topic::Instances, "ATLASSIAN_INSTANCE_GROUPS", List, "", "design section 9",
        "Names for several instances together, as `group=instance+instance`."),
    global(Topic::Instances, "ATLASSIAN_CONFIG", Path, "", "design section 4",
        "A configuration file. Not supported yet: setting it prevents the start."),
    // What callers may see and touch.
    each(Topic::Exposure, "X_READ_ONLY_MODE", Switch, "false", Either, "server spec section 11.3",
        "Hides and refuses every tool that changes something on this \
         instance.").shared(&["READ_ONLY_MODE"]),
    global(Topic::Exposure, "READ_ONLY_MODE", Switch, "false", "server spec section 2.3",
        "The same for every instance; an instance cannot lift it."),
    each(Topic::Exposure, "X_TOOLSETS", List, "", Shared, "server spec section 11.5",
        "Toolsets of this instance; `all`, `default` or names.").shared(&["TOOLSETS"]),
    global(Topic::Exposure, "TOOLSETS", List, "", "server spec section 5",
        "Toolsets of every instance; `all`, `default` or names; all when unset."),
    each(Topic::Exposure, "X_ENABLED_TOOLS", List, "", Shared, "server spec section 11.5",
        "The only tools of this instance, by plain or prefixed name.").shared(&["ENABLED_TOOLS"]),
    global(Topic::Exposure, "ENABLED_TOOLS", List, "", "server spec section 2.3",
        "The only tools; a plain name counts for every instance, a prefixed one for its own; all \
         when unset."),
    each(Topic::Exposure, "X_DISABLED_TOOLS", List, "", Shared, "design section 9",
        "Tools of this instance that are switched off, by plain or prefixed \
         name.").shared(&["DISABLED_TOOLS"]),
    global(Topic::Exposure, "DISABLED_TOOLS", List, "", "design section 9",
        "Tools that are switched off on every instance without a list of its own."),
    each(Topic::Exposure, "X_PROJECTS_FILTER", List, "", Never, "server spec section 2.2",
        "Project keys outside of which nothing can be read or changed on this \
         instance.").only(Jira),
    each(Topic::Exposure, "X_SPACES_FILTER", List, "", Never, "server spec section 2.2",
        "Space keys outside of which nothing can be read or changed on this \
         instance.").only(Confluence),
    each(Topic::Exposure, "X_INTERNAL_ONLY_PROJECTS", List, "", Never, "server spec section 2.3",
        "Service desk projects whose comments are always internal.").only(Jira),
    global(Topic::Exposure, "ATLASSIAN_FILES_ROOT", Path, "", "design section 6",
        "Folder below which tools may read and write local files, over stdio only; the working \
         directory when unset, unless that is the root or holds the home directory."),
    global(Topic::Exposure, "ATLASSIAN_LOSSY_WRITES", Choice(&["warn", "refuse"]), "warn",
        "design section 9",
        "What happens when writing a page, a description or a comment would drop content that \
         cannot be expressed: the result names it, or the write is refused."),
    // Behaviour.
    each(Topic::Behaviour, "X_ISSUE_KEY_PATTERN", Pattern, r"^[A-Z][A-Z0-9_]+-\d+(?:-\d+)*$", Unnumbered,
        "server spec section 2.3",
        "Pattern that issue keys must match.").only(Jira),
    each(Topic::Behaviour, "X_PROJECT_KEY_PATTERN", Pattern, r"^[A-Z][A-Z0-9_]+$", Unnumbered,
        "server spec section 2.3",
        "Pattern that project keys must match.").only(Jira),
    each(Topic::Behaviour, "X_MARKUP_TRANSLATION", Switch, "true", Unnumbered, "design section 9",
        "Whether Markdown is translated to the product's own format and back."),
    global(Topic::Behaviour, "DISABLE_JIRA_MARKUP_TRANSLATION", Switch, "false",
        "server spec section 2.3",
        "Switches the translation off for every Jira instance that does not set \
         JIRA_MARKUP_TRANSLATION."),
    each(Topic::Behaviour, "X_ATTACHMENT_DOWNLOAD_USE_V1", Switch, "", Unnumbered,
        "server spec section 2.3",
        "Whether attachments are downloaded through API v1; decided by the deployment when \
         unset.").only(Confluence),
    each(Topic::Behaviour, "X_HIERARCHY_LINK_PHRASES", List, "", Unnumbered,
        "server spec section 2.3",
        "Further link phrases that make issue trees, as `parent:<phrase>` or \
         `child:<phrase>`.").only(Jira).shared(&["HIERARCHY_LINK_PHRASES"]),
    global(Topic::Behaviour, "HIERARCHY_LINK_PHRASES", List, "", "server spec section 2.3",
        "The same for every Jira instance."),
    each(Topic::Behaviour, "X_SLA_METRICS", List, "cycle_time,time_in_status", Unnumbered,
        "server spec section 2.3",
        "SLA metrics computed when a call names none: `cycle_time`, `lead_time`, \
         `time_in_status`, `due_date_compliance`, `resolution_time`, \
         `first_response_time`.").only(Jira),
    each(Topic::Behaviour, "X_SLA_WORKING_HOURS_ONLY", Switch, "false", Unnumbered,
        "server spec section 2.3",
        "Whether SLA durations count working hours only.").only(Jira),
    each(Topic::Behaviour, "X_SLA_WORKING_HOURS_START", TimeOfDay, "09:00", Unnumbered,
        "server spec section 2.3",
        "Start of the working day.").only(Jira),
    each(Topic::Behaviour, "X_SLA_WORKING_HOURS_END", TimeOfDay, "17:00", Unnumbered,
        "server spec section 2.3",
        "End of the working day; `24:00` is midnight, and an end before the start is on the next \
         day.").only(Jira),
    each(Topic::Behaviour, "X_SLA_WORKING_DAYS", List, "1,2,3,4,5", Unnumbered,
        "server spec section 2.3",
        "Working days, 1 for Monday to 7 for Sunday.").only(Jira),
    each(Topic::Behaviour, "X_SLA_TIMEZONE", Text, "", Unnumbered, "server spec section 2.3",
        "IANA time zone of SLA computations; UTC when unset.").only(Jira),
    global(Topic::Behaviour, "TZ", Text, "", "jira-issues spec section 9.3",
        "Time zone in which Jira's results show when an issue was created and updated; UTC when \
         unset."),
    each(Topic::Behaviour, "X_FETCHER_MAX_WORKERS", Integer(1, 1000), "8", Unnumbered,
        "server spec section 2.3",
        "Accepted for compatibility and checked, without effect: calls never wait for worker \
         threads here.").only(Jira),
    // Timeouts, retries and limits.
    each(Topic::Traffic, "X_TIMEOUT", Seconds(1, 3600), "75", Unnumbered, "server spec section 2.2",
        "Longest wait for a connection and for each answer."),
    global(Topic::Traffic, "ATLASSIAN_CALL_TIMEOUT", Seconds(1, 86_400), "120", "design section 9",
        "Longest time one tool call may take, all its requests and retries together."),
    global(Topic::Traffic, "ATLASSIAN_RETRY_TOTAL", Integer(0, 10), "2", "server spec section 2.4",
        "How often a request is repeated after 429, 502, 503, 504 or a failed connection; 0 is \
         never."),
    global(Topic::Traffic, "ATLASSIAN_RETRY_BACKOFF", Seconds(0, 120), "1",
        "server spec section 2.4",
        "Base of the growing wait between repetitions."),
    global(Topic::Traffic, "ATLASSIAN_RETRY_INCLUDE_WRITES", Switch, "false",
        "server spec section 2.4",
        "Whether requests that change something are repeated too."),
    global(Topic::Traffic, "ATLASSIAN_RETRY_IGNORE_RETRY_AFTER", Switch, "false",
        "server spec section 2.4",
        "Whether the wait that the server asks for is ignored."),
    global(Topic::Traffic, "ATLASSIAN_RETRY_AFTER_LIMIT", Seconds(0, 3600), "30",
        "server spec section 8.3",
        "Longest wait that is granted when the server asks for one; a longer one is reported at \
         once."),
    global(Topic::Traffic, "ATLASSIAN_MAX_CONCURRENT_REQUESTS", Integer(0, 100_000), "0",
        "server spec section 2.4",
        "Requests in flight at once, for each instance and for the whole process; 0 is 32 for \
         each instance and no limit for the process."),
    global(Topic::Traffic, "ATLASSIAN_REQUESTS_PER_SECOND", Rate, "0", "server spec section 2.4",
        "Requests a second to each instance; 0 is unlimited."),
    global(Topic::Traffic, "ATLASSIAN_MAX_PAGINATION_LIMIT", Integer(0, 1_000_000), "0",
        "server spec section 2.4",
        "Highest `limit` of the tools that page; 0 leaves them alone."),
    global(Topic::Traffic, "ATLASSIAN_CIRCUIT_BREAKER_THRESHOLD", Integer(0, 100_000), "0",
        "server spec section 2.4",
        "Consecutive 429 or 503 answers of an instance after which calls to it fail at once; 0 is \
         off."),
    global(Topic::Traffic, "ATLASSIAN_CIRCUIT_BREAKER_COOLDOWN", Seconds(0, 86_400), "30",
        "server spec section 2.4",
        "How long they fail before one request is let through to try."),
    global(Topic::Traffic, "ATLASSIAN_MAX_RESPONSE_BYTES", Integer(0, u64::MAX), "0",
        "design section 9",
        "Budget for the answer of one call; 0 is unlimited."),
    // Proxies.
    each(Topic::Proxies, "X_HTTP_PROXY", Url, "", Unnumbered, "server spec section 2.5",
        "Proxy for `http://` addresses; set to nothing, there is \
         none.").secret().shared(&["HTTP_PROXY"]).empty_counts(),
    global(Topic::Proxies, "HTTP_PROXY", Url, "", "server spec section 2.5",
        "The same for every instance.").secret().empty_counts(),
    each(Topic::Proxies, "X_HTTPS_PROXY", Url, "", Unnumbered, "server spec section 2.5",
        "Proxy for `https://` addresses; set to nothing, there is \
         none.").secret().shared(&["HTTPS_PROXY"]).empty_counts(),
    global(Topic::Proxies, "HTTPS_PROXY", Url, "", "server spec section 2.5",
        "The same for every instance.").secret().empty_counts(),
    each(Topic::Proxies, "X_SOCKS_PROXY", Url, "", Unnumbered, "server spec section 2.5",
        "SOCKS proxy (`socks5://`, `socks5h://`), used where no other is set; set to nothing, \
         there is none.").secret().shared(&["SOCKS_PROXY"]).empty_counts(),
    global(Topic::Proxies, "SOCKS_PROXY", Url, "", "server spec section 2.5",
        "The same for every instance.").secret().empty_counts(),
    each(Topic::Proxies, "X_NO_PROXY", List, "", Unnumbered, "server spec section 2.5",
        "Targets reached without a proxy: hosts, `.suffixes`, addresses, CIDR ranges, \
         `host:port`, `*`.").shared(&["NO_PROXY", "no_proxy"]).empty_counts(),
    global(Topic::Proxies, "NO_PROXY", List, "", "server spec section 2.5",
        "The same for every instance.").empty_counts(),
    global(Topic::Proxies, "no_proxy", List, "", "server spec section 2.5",
        "The same, read when NO_PROXY is not set.").empty_counts(),
    each(Topic::Proxies, "X_PROXY_WPAD_ENABLE", Switch, "false", Unnumbered,
        "server spec section 2.5",
        "Whether proxies are found by a PAC file; only where no proxy is set. Needs a build with \
         the feature `pac`.").shared(&["ATLASSIAN_PROXY_WPAD_ENABLE"]).empty_counts(),
    global(Topic::Proxies, "ATLASSIAN_PROXY_WPAD_ENABLE", Switch, "false",
        "server spec section 2.5",
        "The same for every instance.").empty_counts(),
    each(Topic::Proxies, "X_PROXY_WPAD_URL", Url, "http://wpad/wpad.dat", Unnumbered,
        "server spec section 2.5",
        "Address of the PAC file.").shared(&["ATLASSIAN_PROXY_WPAD_URL"]).empty_counts(),
    global(Topic::Proxies, "ATLASSIAN_PROXY_WPAD_URL", Url, "http://wpad/wpad.dat",
        "server spec section 2.5",
        "The same for every instance.").empty_counts(),
    // Certificates.
    each(Topic::Tls, "X_SSL_VERIFY", Verify, "true", Never, "server spec section 2.2",
        "Whether certificate and host name are checked; `false` switches both off for this \
         instance only."),
    each(Topic::Tls, "X_CA_BUNDLE", Path, "", Unnumbered, "server spec section 2.6",
        "PEM file with certificate authorities trusted in \
         addition.").shared(&["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]),
    global(Topic::Tls, "REQUESTS_CA_BUNDLE", Path, "", "server spec section 2.6",
        "The same for every instance, under the name that Python programs use."),
    global(Topic::Tls, "CURL_CA_BUNDLE", Path, "", "server spec section 2.6",
        "The same for every instance, under the name that curl uses."),
    global(Topic::Tls, "MCP_ATLASSIAN_USE_SYSTEM_TRUSTSTORE", Switch, "true",
        "server spec section 2.6",
        "Whether the operating system's trust store is used; if not, only the files named here."),
    global(Topic::Tls, "SSL_CERT_FILE", Path, "", "server spec section 2.6",
        "PEM file that takes the place of the operating system's trust store."),
    global(Topic::Tls, "SSL_CERT_DIR", Path, "", "server spec section 2.6",
        "Folder of PEM files that takes the place of the operating system's trust store."),
    // Server.
    global(Topic::Server, "TRANSPORT", Choice(&["stdio", "streamable-http", "sse"]), "stdio",
        "server spec section 1.1",
        "How clients reach the server; an unknown word falls back to `stdio` with a warning."),
    global(Topic::Server, "HOST", Text, "127.0.0.1", "design section 9",
        "Address to listen on over HTTP; `0.0.0.0` for every network, which containers need."),
    global(Topic::Server, "PORT", Integer(0, 65_535), "8000", "server spec section 1.1",
        "Port to listen on; 0 lets the system choose."),
    global(Topic::Server, "STREAMABLE_HTTP_PATH", Text, "", "server spec section 1.1",
        "Path of the MCP endpoint; `/mcp` when unset, `/sse` with the sse transport."),
    global(Topic::Server, "STATELESS", Switch, "false", "server spec section 1.1",
        "No sessions: every request stands alone; only with streamable-http."),
    global(Topic::Server, "MCP_ALLOWED_HOSTS", List, "", "design section 9",
        "Host headers accepted beside the address listened on; `*` accepts any."),
    global(Topic::Server, "MCP_ALLOWED_ORIGINS", List, "", "design section 9",
        "Origins of web pages that may call the server."),
    global(Topic::Server, "MCP_MAX_SESSIONS", Integer(1, 1_000_000), "4096", "design section 9",
        "Sessions held at once."),
    global(Topic::Server, "MCP_MAX_BODY_BYTES", Integer(1024, 1_073_741_824), "100663296",
        "design section 10",
        "Largest request body."),
    global(Topic::Server, "MCP_TLS_CERT", Path, "", "design section 9",
        "PEM file with the server's certificate chain; goes together with the key."),
    global(Topic::Server, "MCP_TLS_KEY", Path, "", "design section 9",
        "PEM file with the server's key, not encrypted."),
    global(Topic::Server, "MCP_REDIS_URL", Text, "", "design section 1",
        "Redis 6.2 or newer (or Valkey) in which several replicas share sessions and the logins of \
         the OAuth proxy: `redis://:password@host:6379/0`, `rediss://` over TLS. Needs a build with \
         the feature `redis`.").secret(),
    global(Topic::Server, "MCP_REDIS_PREFIX", Text, "atlassian-mcp", "design section 1",
        "Beginning of every key in that Redis; servers with the same one share their state."),
    global(Topic::Server, "MCP_METRICS", Switch, "false", "design section 9",
        "Whether `/metrics` is served, to this machine and to callers with credentials."),
    global(Topic::Server, "ATLASSIAN_AUDIT_FILE", Path, "", "design section 9",
        "File to which one JSON line per call is appended; made with mode 0600."),
    // Callers over HTTP.
    global(Topic::Callers, "IGNORE_HEADER_AUTH", Switch, "false", "server spec section 2.8",
        "Authentication headers of requests are not looked at, for platforms that add their own."),
    each(Topic::Callers, "X_ALLOW_CRED_FALLBACK", Switch, "false", Either,
        "server spec section 11.6",
        "A request without user credentials uses the ones configured for this \
         instance.").shared(&["ALLOW_GLOBAL_CRED_FALLBACK"]),
    global(Topic::Callers, "ALLOW_GLOBAL_CRED_FALLBACK", Switch, "false", "server spec section 2.8",
        "The same for every instance."),
    each(Topic::Callers, "X_ACCEPT_AUTHORIZATION", Switch, "false", Never,
        "server spec section 11.6",
        "The plain Authorization header also counts for this numbered instance, for sites that \
         share accounts."),
    global(Topic::Callers, "MCP_ALLOWED_URL_DOMAINS", List, "", "server spec section 2.8",
        "Domains and addresses that URL headers of requests may name, sub-domains included; they may \
         be private. Unset: sites of Atlassian Cloud, and the addresses of configured instances."),
    global(Topic::Callers, "MCP_ATLASSIAN_VALIDATION_CACHE_TTL", Seconds(0, 86_400), "300",
        "server spec section 2.8",
        "How long a successful check of user credentials is remembered; 0 is not at all."),
    global(Topic::Callers, "MCP_ATLASSIAN_VALIDATION_CACHE_MAXSIZE", Integer(0, 1_000_000), "100",
        "server spec section 2.8",
        "How many successful checks are remembered; 0 is none."),
    // Logging.
    global(Topic::Logging, "MCP_VERBOSE", Switch, "false", "server spec section 2.8",
        "One line per instance and per call is logged as well."),
    global(Topic::Logging, "MCP_VERY_VERBOSE", Switch, "false", "server spec section 2.8",
        "Request lines are logged as well; never bodies."),
    global(Topic::Logging, "MCP_LOGGING_STDOUT", Switch, "false", "server spec section 2.8",
        "Log lines go to stdout and not to stderr; ignored over stdio, where stdout belongs to \
         the protocol."),
    global(Topic::Logging, "MCP_LOG_FORMAT", Choice(&["text", "json"]), "text", "design section 7",
        "Shape of log lines."),
    global(Topic::Logging, "OTEL_EXPORTER_OTLP_ENDPOINT", Text, "", "design section 1",
        "Address of an OpenTelemetry collector (OTLP over HTTP, protobuf) that is sent one span per \
         call, at `/v1/traces` below it. Needs a build with the feature `otlp`."),
    global(Topic::Logging, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Text, "", "design section 1",
        "The same as a whole address, which goes before the other."),
    global(Topic::Logging, "OTEL_EXPORTER_OTLP_HEADERS", Text, "", "design section 1",
        "Headers for the collector: `name=value` parted by commas.").secret(),
    global(Topic::Logging, "OTEL_EXPORTER_OTLP_CERTIFICATE", Path, "", "design section 1",
        "PEM file with the certificate authorities that the collector is trusted by; the operating \
         system's when unset."),
    global(Topic::Logging, "OTEL_SERVICE_NAME", Text, "atlassian-mcp", "design section 1",
        "Name under which the collector knows this server."),
    // OAuth proxy.
    global(Topic::OAuthProxy, "ATLASSIAN_OAUTH_PROXY_ENABLE", Switch, "false",
        "server spec section 2.7",
        "Serves an OAuth proxy with dynamic client registration, over HTTP only."),
    global(Topic::OAuthProxy, "ATLASSIAN_OAUTH_PROXY_EXCLUSIVE", Switch, "true",
        "server spec section 10.21",
        "With the proxy on, other ways to authenticate are refused."),
    global(Topic::OAuthProxy, "ATLASSIAN_OAUTH_INSTANCE_URL", Url, "", "server spec section 2.7",
        "Instance the proxy stands for; JIRA_URL, then CONFLUENCE_URL when unset."),
    global(Topic::OAuthProxy, "PUBLIC_BASE_URL", Url, "", "server spec section 2.7",
        "Public base address of the proxy; derived from the redirect address when unset."),
    global(Topic::OAuthProxy, "ATLASSIAN_OAUTH_ALLOWED_CLIENT_REDIRECT_URIS", List, "",
        "server spec section 2.7",
        "Redirect addresses that clients may register, with `*` for any port; loopback and the \
         two of ChatGPT when unset.").empty_counts(),
    global(Topic::OAuthProxy, "ATLASSIAN_OAUTH_ALLOWED_GRANT_TYPES", List, "authorization_code,refresh_token",
        "server spec section 2.7",
        "Grant types that clients may register."),
    global(Topic::OAuthProxy, "ATLASSIAN_OAUTH_REQUIRE_CONSENT", Switch, "true",
        "server spec section 2.7",
        "Whether a consent page of our own comes before Atlassian's."),
    global(Topic::OAuthProxy, "ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE", Choice(&["default", "memory", "redis"]), "default",
        "server spec section 7.3",
        "Where registrations and logins are kept: in encrypted files, in memory only, or in the \
         Redis of MCP_REDIS_URL, which is the default where that is set."),
    global(Topic::OAuthProxy, "ATLASSIAN_OAUTH_CLIENT_STORAGE_FACTORY", Text, "",
        "server spec section 7.3",
        "Known from the Python program; loads Python code and is refused together with the \
         storage mode `factory`."),
    global(Topic::OAuthProxy, "ATLASSIAN_OAUTH_CLIENT_STORAGE_CONFIG_JSON", Text, "",
        "server spec section 7.3",
        "Known from the Python program; without effect.").secret(),
];
