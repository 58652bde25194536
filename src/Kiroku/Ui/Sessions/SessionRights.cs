namespace Kiroku.Ui.Sessions;

/// <summary>What a session's roles are known to allow. The API decides.</summary>
internal static class SessionRights
{
    /// <summary>Whether all roles are such as let nobody act, so that acts need not be offered.</summary>
    public static bool OnlyReads(this Session session)
        => session.Roles.Count > 0 && session.Roles.All(role => role == "reader");
}
