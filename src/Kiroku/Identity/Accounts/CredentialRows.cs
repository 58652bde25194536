using System.Data.Common;
using Dapper;

namespace Kiroku.Identity.Accounts;

/// <summary>
/// Rows of application credentials, for use within another store's read or change. Conditions are SQL from our own
/// code, never from a caller.
/// </summary>
internal static class CredentialRows
{
    public static async Task<ApplicationCredential?> FindAsync(DbConnection db, string which, object values)
        => (await ListAsync(db, which, values)).SingleOrDefault();

    public static async Task<IEnumerable<ApplicationCredential>> ListAsync(DbConnection db, string which, object values)
    {
        var found = await db.QueryAsync<ApplicationCredential>(
            $"SELECT c.* FROM application_credentials c WHERE {which} ORDER BY c.name", values);
        var roles = (await db.QueryAsync<string, Role, (string CredentialId, Role Role)>(
            $"""
            SELECT l.application_credential_id, r.id, r.name, r.description, r.immutable
            FROM application_credential_roles l JOIN roles r ON r.id = l.role_id JOIN application_credentials c
                ON c.id = l.application_credential_id
            WHERE {which} ORDER BY r.name
            """, (id, role) => (id, role), values)).ToLookup(lent => lent.CredentialId, lent => lent.Role);
        return found.Select(one => one with { Roles = [.. roles[one.Id]] }).ToArray();
    }

    public static async Task<int> DeleteAsync(DbConnection db, string which, object values)
    {
        await db.ExecuteAsync(
            "DELETE FROM application_credential_roles WHERE application_credential_id "
                + $"IN (SELECT id FROM application_credentials WHERE {which})", values);
        return await db.ExecuteAsync($"DELETE FROM application_credentials WHERE {which}", values);
    }
}
