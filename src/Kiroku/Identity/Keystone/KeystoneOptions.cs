using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Keystone;

/// <summary>The Keystone to use instead of the service's own identity, if any.</summary>
internal sealed class KeystoneOptions
{
    public const string Section = "Keystone";

    /// <summary>Keystone's address; empty for the service's own identity. The command line's <c>--keystone</c> takes
    /// precedence.</summary>
    public string? Url { get; set; }

    /// <summary>
    /// The service account that validates tokens. Its role must allow that (admin or service, by Keystone's
    /// defaults).
    /// </summary>
    public string? UserName { get; init; }

    /// <summary>The account's password; safer as <c>KIROKU_Keystone__Password</c> than in the file.</summary>
    public string? Password { get; init; }

    /// <summary>Alternatively, a file with the password, read at each sign-in.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The account's project.</summary>
    public string ProjectName { get; init; } = "service";

    /// <summary>The account's domain.</summary>
    public string UserDomainName { get; init; } = "Default";

    /// <summary>The domain of the account's project.</summary>
    public string ProjectDomainName { get; init; } = "Default";

    /// <summary>
    /// How long an answer is remembered, at most an hour. A revoked token may still be accepted for so long. Zero
    /// asks at each request.
    /// </summary>
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long Keystone may take to answer; at most two minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    public bool IsUsed => !string.IsNullOrEmpty(Url);

    /// <summary>The address at which callers get a token, named as Keystone's middleware does.</summary>
    public string PublicUrl
        => Url!.TrimEnd('/') is var url && url.EndsWith("/v3", StringComparison.Ordinal) ? url[..^3] : url;

    public Uri TokensAddress => new($"{PublicUrl}/v3/auth/tokens");

    /// <summary>What is wrong with the settings, in one sentence; null if nothing is.</summary>
    public string? Complaint()
    {
        if (!IsUsed)
            return null;
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || url.Query.Length > 0)
            return "Keystone:Url is to be an http or https address, as http://127.0.0.1:5000/v3.";
        if (string.IsNullOrEmpty(UserName) || string.IsNullOrEmpty(Password) == string.IsNullOrEmpty(PasswordFile))
            return "Keystone:Url takes a service account: Keystone:UserName, and either Keystone:Password or "
                + "Keystone:PasswordFile.";
        if (!string.IsNullOrEmpty(PasswordFile) && !File.Exists(PasswordFile))
            return $"Keystone:PasswordFile {PasswordFile} is not there.";
        if (CacheTime < TimeSpan.Zero || CacheTime > TimeSpan.FromHours(1))
            return "Keystone:CacheTime is to be a time of at most an hour.";
        return Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromMinutes(2)
            ? null
            : "Keystone:Timeout is to be a time of at most two minutes.";
    }
}

/// <summary>Refuses settings that cannot work when the service starts.</summary>
internal sealed class KeystoneCheck : IValidateOptions<KeystoneOptions>
{
    public ValidateOptionsResult Validate(string? name, KeystoneOptions options)
        => options.Complaint() is { } complaint ? ValidateOptionsResult.Fail(complaint) : ValidateOptionsResult.Success;
}
