using System.Security.Cryptography;
using Kiroku.Access;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Keystone;
using Kiroku.Identity.SigningIn;
using Kiroku.Identity.Tokens;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Setup;

/// <summary>
/// Creates the first users and projects in a new store. If <see cref="CloudsFile"/>, the only copy of their
/// passwords, was removed, gives them new passwords.
/// </summary>
internal sealed partial class Bootstrap(
    ServiceSettings settings, IdentityStore store, UserStore users, IDatabase database, Passwords passwords,
    CloudsFile clouds, TimeProvider time, IOptions<KeystoneOptions> keystone, ILogger<Bootstrap> logger)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (keystone.Value.IsUsed || !settings.Roles.HasFlag(NodeRoles.Api))
            return;
        switch (clouds.Load())
        {
            case CloudsFile.Found.Passwords:
                await SeedAsync(clouds.Passwords!, cancellationToken);
                break;
            case CloudsFile.Found.Foreign:
                await SeedAsync(New(), cancellationToken);
                break;
            case CloudsFile.Found.Nothing when database.IsShared:
                await BeginAsync(cancellationToken);
                break;
            default:
                await BeginAnewAsync(New(), cancellationToken);
                break;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Creates the first users, unless another node does so first. In that case this node does not know their
    /// passwords.
    /// </summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (!await HasUsersAsync(cancellationToken))
        {
            var first = New();
            clouds.KeepFirst(first);
            if (await SeedAsync(first, cancellationToken))
                return;
            clouds.Drop();
        }
        LogNotWritten(clouds.Path);
    }

    /// <summary>Creates the first users, or gives them new passwords.</summary>
    private async Task BeginAnewAsync(FirstPasswords first, CancellationToken cancellationToken)
    {
        clouds.Keep(first);
        if (await SeedAsync(first, cancellationToken))
            return;
        await SetPasswordAsync(FirstUsers.Admin, first.Admin!, cancellationToken);
        await SetPasswordAsync(FirstUsers.Demo, first.Member!, cancellationToken);
        LogNewPasswords(clouds.Path);
    }

    private async Task SetPasswordAsync(string name, string password, CancellationToken cancellationToken)
    {
        var hash = passwords.Hash(password);
        if (await users.FindByNameAsync(name, cancellationToken) is { } user)
            await users.ChangeAsync(user.Id, before => before with { PasswordHash = hash }, cancellationToken);
    }

    private async Task<bool> SeedAsync(FirstPasswords first, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        if (await HasUsersAsync(cancellationToken))
            return false;
        // A file left over from an earlier store may lack one.
        first = new FirstPasswords(first.Member ?? NewPassword(), first.Admin ?? NewPassword());
        if (clouds.Passwords is not null)
            clouds.Keep(first);
        Project NewProject(string name) => new() { Id = NewId(), Name = name, Description = "", ValidAfter = now };
        User NewUser(string name, string password)
            => new() { Id = NewId(), Name = name, PasswordHash = passwords.Hash(password), ValidAfter = now };
        var (adminProject, demoProject) = (NewProject(FirstUsers.Admin), NewProject(FirstUsers.Demo));
        var (admin, demo) = (NewUser(FirstUsers.Admin, first.Admin!), NewUser(FirstUsers.Demo, first.Member!));
        return await store.SeedAsync([adminProject, demoProject], [admin, demo],
            [
                new RoleAssignment(admin.Id, adminProject.Id, Role.Of(RoleNames.Admin).Id),
                new RoleAssignment(admin.Id, demoProject.Id, Role.Of(RoleNames.Admin).Id),
                new RoleAssignment(demo.Id, demoProject.Id, Role.Of(RoleNames.Member).Id),
            ], cancellationToken);
    }

    private async Task<bool> HasUsersAsync(CancellationToken cancellationToken)
        => (await users.ListAsync(null, cancellationToken)).Any();

    /// <summary>Keystone's form of an id: a UUID without dashes.</summary>
    private static string NewId() => Guid.NewGuid().ToString("N");

    private static FirstPasswords New() => new(NewPassword(), NewPassword());

    private static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    [LoggerMessage(LogLevel.Information,
        "{File} is not written: another node made the users admin and demo and has their passwords. "
        + "Copy its file here, or make this one empty and start again to have new passwords made.")]
    private partial void LogNotWritten(string file);

    [LoggerMessage(LogLevel.Warning,
        "{File} was missing or empty: the users admin and demo have new passwords, which it will hold.")]
    private partial void LogNewPasswords(string file);
}
