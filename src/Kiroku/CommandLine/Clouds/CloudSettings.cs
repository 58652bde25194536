namespace Kiroku.CommandLine.Clouds;

/// <summary>
/// How to reach a cloud and who one is there: the keys of clouds.yaml, those of its "auth" among the others, or the
/// same from variables.
/// </summary>
internal sealed class CloudSettings(string source, IReadOnlyDictionary<string, string> values)
{
    private static readonly string[] No = ["false", "no", "off", "0"];
    private static readonly string[] Yes = ["true", "yes", "on", "1"];

    /// <summary>Where they come from, for complaints.</summary>
    public string Source => source;

    public string AuthUrl => this["auth_url"]
        ?? throw new UsageException($"{source} does not say where to sign in: auth_url (OS_AUTH_URL) is missing");

    /// <summary>The kind of credentials: as named, or as those that are there suggest.</summary>
    public string AuthType => this["auth_type"]
        ?? (this["application_credential_secret"] is not null ? "v3applicationcredential"
            : this["token"] is not null && this["username"] is null && this["user_id"] is null ? "token"
            : "password");

    public string Interface => (this["interface"] ?? this["endpoint_type"] ?? "public")
        .Replace("URL", "", StringComparison.Ordinal);

    public string? Region => this["region_name"];

    /// <summary>Whether any certificate is taken.</summary>
    public bool IsInsecure => IsOneOf("insecure", Yes) || IsOneOf("verify", No);

    /// <summary>The value under one of the names; null if there is none, or an empty one.</summary>
    public string? this[params ReadOnlySpan<string> names]
    {
        get
        {
            foreach (var name in names)
            {
                if (values.TryGetValue(name, out var value) && value.Length > 0)
                    return value;
            }
            return null;
        }
    }

    public string Require(params ReadOnlySpan<string> names) => this[names]
        ?? throw new UsageException(
            $"{source}: {names[0]} (OS_{names[0].ToUpperInvariant()}) is missing, which {AuthType} needs");

    private bool IsOneOf(string name, string[] words)
        => this[name] is { } text && words.Contains(text, StringComparer.OrdinalIgnoreCase);
}
