namespace Kiroku.Identity.Setup;

/// <summary>The users that the first start makes; each has a project of the same name.</summary>
internal static class FirstUsers
{
    /// <summary>The administrator.</summary>
    public const string Admin = "admin";

    /// <summary>The first ordinary user.</summary>
    public const string Demo = "demo";
}
