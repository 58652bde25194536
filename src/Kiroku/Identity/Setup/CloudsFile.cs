using System.Text;
using System.Text.RegularExpressions;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.SigningIn;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Setup;

/// <summary>
/// The data folder's <c>clouds.yaml</c>. Standard clients need it to sign in, and it is the only place with the first
/// users' passwords. It is written again at each start, because the address may change. A file that someone edited is
/// left alone.
/// </summary>
internal sealed partial class CloudsFile(
    ServiceSettings settings, IOptions<IdentityOptions> options, CallersAddress callers, ILogger<CloudsFile> logger)
{
    /// <summary>
    /// Tells openstacksdk that there are no floating addresses. Files from older versions do not have this line.
    /// </summary>
    private const string NoFloatingAddresses = "floating_ip_source: none";

    /// <summary>Replaces a password that is no longer valid.</summary>
    private const string Changed = "# password: it was changed; write it into a copy of this file";

    /// <summary>What was found at the file's path.</summary>
    public enum Found
    {
        Nothing,

        /// <summary>An empty file, with which someone asks for new passwords.</summary>
        Empty,

        Passwords,

        /// <summary>A file that Kiroku did not write.</summary>
        Foreign,
    }

    private readonly string region = options.Value.Region;

    public string Path { get; } = System.IO.Path.Combine(settings.DataDirectory, "clouds.yaml");

    /// <summary>The passwords to write; null leaves the file as it is.</summary>
    public FirstPasswords? Passwords { get; private set; }

    /// <summary>The service's address that was last written to the file.</summary>
    private Uri? written;

    /// <summary>Reads the passwords from the file.</summary>
    public Found Load()
    {
        var file = new FileInfo(Path);
        if (!file.Exists)
            return Found.Nothing;
        if (file.Length == 0)
            return Found.Empty;
        Passwords = Read();
        if (Passwords is not null)
            return Found.Passwords;
        LogForeign(Path);
        return Found.Foreign;
    }

    public void Keep(FirstPasswords passwords) => Passwords = passwords;

    /// <summary>
    /// Writes new passwords before they are stored, with the expected address, so that a crash in between loses none.
    /// </summary>
    public void KeepFirst(FirstPasswords passwords)
    {
        Keep(passwords);
        WriteClouds(new Uri(settings.Listen));
    }

    /// <summary>Undoes <see cref="KeepFirst"/> when the passwords were not used.</summary>
    public void Drop()
    {
        Passwords = null;
        File.Delete(Path);
    }

    /// <summary>
    /// Removes a user's password from the file because it was changed. Only its owner knows the new one.
    /// </summary>
    public void Forget(string user)
    {
        if (Passwords is not { } passwords || passwords.Of(user) is null)
            return;
        var left = user == FirstUsers.Admin ? passwords with { Admin = null } : passwords with { Member = null };
        if (written is not null)
            Write(written, left);
        Passwords = left;
        LogForgotten(user, Path);
    }

    /// <summary>Writes the file with the service's address.</summary>
    public void WriteClouds(Uri address)
    {
        written = address;
        if (Passwords is { } passwords)
            Write(address, passwords);
    }

    private void Write(Uri address, FirstPasswords passwords)
    {
        var place = new Place($"{callers.Of(address)}/identity", region, callers.Authority);
        DurableFile.WriteAll(Path, Encoding.UTF8.GetBytes(Text(place, passwords)));
    }

    private FirstPasswords? Read()
    {
        try
        {
            var text = File.ReadAllText(Path);
            var match = Written().Match(text);
            var passwords = new FirstPasswords(PasswordIn(match.Groups["member"]), PasswordIn(match.Groups["admin"]));
            var authority = match.Groups["authority"] is { Success: true, Value: var quoted }
                ? quoted.Replace("''", "'", StringComparison.Ordinal)
                : null;
            var rewritten =
                Text(new Place(match.Groups["url"].Value, match.Groups["region"].Value, authority), passwords);
            var before = rewritten.Replace($"    {NoFloatingAddresses}\n", "", StringComparison.Ordinal);
            return match.Success && (text == rewritten || text == before) ? passwords : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Text(Place place, FirstPasswords passwords)
        => $"""
            # Written by Kiroku at each start. Edit a copy: a file that was edited here is not written again.
            clouds:
            {Cloud("kiroku", place, FirstUsers.Demo, passwords.Member)}
            {Cloud("kiroku-admin", place, FirstUsers.Admin, passwords.Admin)}

            """;

    private static string? PasswordIn(Group found)
        => found.Value.StartsWith('#') ? null : found.Value["password: ".Length..];

    private static string Cloud(string cloud, Place place, string name, string? password)
        => $"""
              {cloud}:
                auth:
                  auth_url: {place.Url}
                  username: {name}
                  {(password is null ? Changed : $"password: {password}")}
                  project_name: {name}
                  user_domain_name: {Domain.Name}
                  project_domain_name: {Domain.Name}
                region_name: {place.Region}
                identity_api_version: 3
                {NoFloatingAddresses}{Trust(place.Authority)}
            """;

    /// <summary>The certificate authority for clients whose system does not trust the service's certificate.</summary>
    private static string Trust(string? authority)
        => authority is null ? "" : $"\n    cacert: '{authority.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(
        @"^  kiroku:$.*?^      auth_url: (?<url>\S+)$.*?^      (?<member>password: [0-9a-f]{32}|"
        + @"# password: [^\n]+)$.*?^    region_name: (?<region>[^\n]+)$"
        + @".*?(?:^    cacert: '(?<authority>[^\n]+)'$.*?)?^  kiroku-admin:$.*?^      "
        + @"(?<admin>password: [0-9a-f]{32}|# password: [^\n]+)$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Written();

    /// <summary>The address of the clouds and the authority of their certificate.</summary>
    private sealed record Place(string Url, string Region, string? Authority);

    [LoggerMessage(LogLevel.Warning,
        "{File} is not as Kiroku wrote it and is left alone. Remove it and start again to have new passwords made.")]
    private partial void LogForeign(string file);

    [LoggerMessage(LogLevel.Information, "The password of {User} was changed, so {File} does not hold it any more")]
    private partial void LogForgotten(string user, string file);
}

/// <summary>The passwords of the first users; null for one that was changed since.</summary>
internal sealed record FirstPasswords(string? Member, string? Admin)
{
    public string? Of(string user) => user == FirstUsers.Admin ? Admin : Member;
}
