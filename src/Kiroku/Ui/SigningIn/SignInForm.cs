using Kiroku.Ui.Looks;
using Kiroku.Ui.Visits;

namespace Kiroku.Ui.SigningIn;

/// <summary>What is typed in to sign in, and what was wrong with it. Secrets are never shown again.</summary>
public sealed record SignInForm
{
    public const string DefaultDomain = "Default";

    /// <summary>Whether with an application credential instead of a password.</summary>
    public bool WithCredential { get; init; }

    public string User { get; init; } = "";

    public string UserDomain { get; init; } = DefaultDomain;

    /// <summary>The project's name; empty for the user's default project, or to choose afterwards.</summary>
    public string Project { get; init; } = "";

    public string ProjectDomain { get; init; } = DefaultDomain;

    public string CredentialId { get; init; } = "";

    /// <summary>Where to go on, a path of the page's own.</summary>
    public string Return { get; init; } = LocalPath.Home;

    /// <summary>Why it did not work, in a sentence; null before it was tried.</summary>
    public PageProblem? Problem { get; init; }

    /// <summary>The password, or the credential's secret.</summary>
    internal string Secret { get; init; } = "";

    internal static SignInForm Of(IQueryCollection query) => new()
    {
        WithCredential = query["with"] == "credential",
        Return = LocalPath.Of(query[SignInRedirect.Return]),
    };

    internal static SignInForm Of(IFormCollection form) => new()
    {
        WithCredential = form["with"] == "credential",
        User = Text(form, "user"),
        UserDomain = Text(form, "user_domain") is { Length: > 0 } domain ? domain : DefaultDomain,
        Project = Text(form, "project"),
        ProjectDomain = Text(form, "project_domain") is { Length: > 0 } domain2 ? domain2 : DefaultDomain,
        CredentialId = Text(form, "credential_id"),
        // A password may begin or end with a space.
        Secret = (string?)form["password"] ?? "",
        Return = LocalPath.Of(form[SignInRedirect.Return]),
    };

    public override string ToString() => $"sign-in of {User}{CredentialId}";

    private static string Text(IFormCollection form, string name) => form[name].ToString().Trim();
}
