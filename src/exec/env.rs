//! Which environment variables hold secrets, and which are kept from gates. Pure: the caller brings the variables.

/// Variables of forges that steer a workflow; a gate that wrote them could change steps that follow.
const STEERING: &[&str] = &[
    "GITHUB_OUTPUT",
    "GITHUB_ENV",
    "GITHUB_PATH",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
];

/// Tokens that forges hand to jobs.
const FORGE_TOKENS: &[&str] = &[
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "BITBUCKET_STEP_OIDC_TOKEN",
    "BUILDKITE_AGENT_ACCESS_TOKEN",
    "CIRCLE_OIDC_TOKEN",
    "CIRCLE_OIDC_TOKEN_V2",
    "CI_DEPENDENCY_PROXY_PASSWORD",
    "CI_DEPLOY_PASSWORD",
    "CI_JOB_JWT",
    "CI_JOB_JWT_V1",
    "CI_JOB_JWT_V2",
    "CI_JOB_TOKEN",
    "CI_REGISTRY_PASSWORD",
    "FORGEJO_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GH_TOKEN",
    "GITEA_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITHUB_TOKEN",
    "GITLAB_TOKEN",
    "SYSTEM_ACCESSTOKEN",
];

/// Shorter values, and lines of values, would mask ordinary words.
const SHORTEST: usize = 8;

/// Whether gates do not get this variable unless they list it.
pub fn is_withheld(name: &str, in_ci: bool) -> bool {
    STEERING.contains(&name)
        || name.starts_with("ACTIONS_")
        || (in_ci && FORGE_TOKENS.contains(&name))
}

/// The variables among `names` that a gate does not get; `pass` are those it lists.
pub fn withheld<'n>(
    names: impl IntoIterator<Item = &'n str>,
    in_ci: bool,
    pass: &[String],
) -> Vec<String> {
    names
        .into_iter()
        .filter(|name| is_withheld(name, in_ci) && !pass.iter().any(|passed| passed == name))
        .map(str::to_owned)
        .collect()
}

/// The values to mask: of `declared` variables always, of variables that look like secrets when the value does too.
///
/// A value of several lines is also masked line by line, because tools indent or quote each line.
pub fn secret_values(
    env: impl IntoIterator<Item = (String, String)>,
    declared: &[String],
) -> Vec<String> {
    let mut values = Vec::new();
    for (name, value) in env {
        let secret = declared.contains(&name) || is_secret_name(&name) && is_secret_value(&value);
        if !secret || value.trim().is_empty() {
            continue;
        }
        if value.contains('\n') {
            let lines = value.lines().map(str::trim);
            let telling = |line: &&str| line.len() >= SHORTEST && !line.starts_with("-----");
            values.extend(lines.filter(telling).map(str::to_owned));
        }
        // Tools print a value without the line break that a file left at its end.
        values.push(value.trim_end_matches(['\n', '\r']).to_owned());
    }
    values.sort();
    values.dedup();
    values
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["TOKEN", "SECRET", "PASSWORD"]
        .iter()
        .any(|part| name.contains(part))
        || name.ends_with("_KEY")
}

fn is_secret_value(value: &str) -> bool {
    let value = value.trim();
    value.len() >= SHORTEST
        && value.parse::<f64>().is_err()
        && !is_boolean(value)
        && !is_path(value)
}

fn is_boolean(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    [
        "true", "false", "yes", "no", "on", "off", "enabled", "disabled",
    ]
    .contains(&value.as_str())
}

/// A path, and not a secret that happens to begin with a slash, as one Base64 text in 64 does.
fn is_path(value: &str) -> bool {
    let rooted = ["/", "./", "../", "~/"]
        .iter()
        .any(|start| value.starts_with(start))
        || value.get(1..3).is_some_and(|drive| drive == ":\\");
    let plain = |c: char| c.is_alphanumeric() || "._/-@~ \\:,".contains(c);
    rooted && value.chars().all(plain) && !value.split(['/', '\\']).any(looks_random)
}

fn looks_random(part: &str) -> bool {
    let has = |kind: fn(&char) -> bool| part.chars().any(|c| kind(&c));
    part.len() >= 16
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(env: &[(&str, &str)], declared: &[&str]) -> Vec<String> {
        let env = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let declared: Vec<String> = declared.iter().map(|name| (*name).to_owned()).collect();
        secret_values(env, &declared)
    }

    #[test]
    fn names_that_look_like_secrets_are_masked() {
        for name in [
            "NPM_TOKEN",
            "TOKENS",
            "client_secret",
            "DB_PASSWORD_2",
            "AWS_ACCESS_KEY",
        ] {
            assert_eq!(
                values(&[(name, "correct-horse")], &[]),
                ["correct-horse"],
                "{name}"
            );
        }
        for name in ["PATH", "KEYBOARD", "KEY", "PASS", "MONKEY"] {
            assert!(values(&[(name, "correct-horse")], &[]).is_empty(), "{name}");
        }
    }

    #[test]
    fn values_that_are_no_secrets_are_left_alone() {
        let plain = [
            "",
            "short",
            "12345678",
            "-1.25e10",
            "Disabled",
            "/etc/ssh/id_rsa",
            "./keys/deploy.pem",
            "~/.config/key file",
            "C:\\keys\\id",
            "/run/secrets/db-password",
            "../x/y/z",
        ];
        for value in plain {
            assert!(values(&[("API_KEY", value)], &[]).is_empty(), "{value}");
        }
        for value in [
            "/wJalrXUtnFEMIK7MDENGbPxRfiCY",
            "/a+b/c=d",
            "0x12345678",
            "true-ish-secret",
        ] {
            assert_eq!(values(&[("API_KEY", value)], &[]), [value]);
        }
    }

    #[test]
    fn declared_ones_are_masked_whatever_they_look_like() {
        assert_eq!(
            values(&[("PIN", "1234"), ("OTHER", "1234")], &["PIN"]),
            ["1234"]
        );
        assert!(values(&[("PIN", ""), ("BLANK", " ")], &["PIN", "BLANK"]).is_empty());
    }

    #[test]
    fn a_value_of_several_lines_is_masked_line_by_line_too() {
        let key =
            "-----BEGIN KEY-----\nMIIEpAIBAAKCAQ\n  b3BlbnNzaC1rZXk\nshort\n-----END KEY-----\n";
        let found = values(&[("DEPLOY_KEY", key)], &[]);
        assert_eq!(found, [key.trim_end(), "MIIEpAIBAAKCAQ", "b3BlbnNzaC1rZXk"]);
    }

    #[test]
    fn steering_variables_are_withheld_everywhere_and_tokens_in_ci() {
        let names = [
            "GITHUB_ENV",
            "ACTIONS_CACHE_URL",
            "GITHUB_TOKEN",
            "CI_JOB_TOKEN",
            "GITHUB_SHA",
            "NPM_TOKEN",
        ];
        assert_eq!(
            withheld(names, false, &[]),
            ["GITHUB_ENV", "ACTIONS_CACHE_URL"]
        );
        let pass = ["GITHUB_TOKEN".to_owned()];
        assert_eq!(
            withheld(names, true, &pass),
            ["GITHUB_ENV", "ACTIONS_CACHE_URL", "CI_JOB_TOKEN"]
        );
    }
}
