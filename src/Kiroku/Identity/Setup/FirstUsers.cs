namespace Kiroku.Identity.Setup;

/// <summary>The users that the first start creates. Each has a project of the same name.</summary>
internal static class FirstUsers
{
    public const string Admin = "admin";

    /// <summary>The first ordinary user.</summary>
    public const string Demo = "demo";
}
