namespace Kiroku.Identity.Accounts;

/// <summary>One role of one user in one project, or in the domain.</summary>
internal sealed record RoleAssignment(string UserId, string ScopeId, string RoleId);
