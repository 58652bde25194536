using Dapper;
using Kiroku.Storage;

namespace Kiroku.Identity.Accounts;

/// <summary>Application credentials in rows.</summary>
internal sealed class CredentialStore(IdentityRows rows)
{
    public Task<ApplicationCredential?> FindAsync(string id, CancellationToken cancellationToken)
        => rows.ReadAsync(db => CredentialRows.FindAsync(db, "c.id = @id", new { id }), cancellationToken);

    public Task<ApplicationCredential?> FindByNameAsync(string userId, string name, CancellationToken cancellationToken)
        => rows.ReadAsync(db =>
            CredentialRows.FindAsync(db, "c.user_id = @userId AND c.name = @name", new { userId, name }),
            cancellationToken);

    public Task<IEnumerable<ApplicationCredential>> ListOfUserAsync(string userId, CancellationToken cancellationToken)
        => rows.ReadAsync(db => CredentialRows.ListAsync(db, "c.user_id = @userId", new { userId }), cancellationToken);

    public Task<ApplicationCredential> AddAsync(ApplicationCredential credential, CancellationToken cancellationToken)
        => rows.ChangeAsync(async db =>
        {
            if (await CredentialRows.FindAsync(db, "c.user_id = @UserId AND c.name = @Name", credential) is not null)
                throw Refusal.Conflict("application_credential", $"Duplicate entry found with name {credential.Name}");
            await db.ExecuteAsync(Columns<ApplicationCredential>.Insert(
                "application_credentials", nameof(ApplicationCredential.Roles)), credential);
            await db.ExecuteAsync(
                "INSERT INTO application_credential_roles (application_credential_id, role_id) VALUES (@Id, @RoleId)",
                credential.Roles.Select(role => new { credential.Id, RoleId = role.Id }));
            return credential;
        }, cancellationToken);

    public Task DeleteAsync(string id, CancellationToken cancellationToken)
        => rows.ChangeAsync(db => CredentialRows.DeleteAsync(db, "id = @id", new { id }), cancellationToken);
}
