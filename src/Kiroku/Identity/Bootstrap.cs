using System.Security.Cryptography;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Keystone;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity;

/// <summary>
/// Makes the first users and projects when a store is new, and new passwords for them when their only copy,
/// <see cref="CloudsFile"/>, was removed. Of several hosts that share a store the first has that copy.
/// </summary>
internal sealed partial class Bootstrap(
    IdentityStore store, UserStore users, Passwords passwords, CloudsFile clouds, ServiceSettings settings, TimeProvider time,
    IOptions<KeystoneOptions> keystone, ILogger<Bootstrap> logger) : IHostedService
{
    /// <summary>Name of the administrator and of the administrator's project.</summary>
    public const string Admin = "admin";

    /// <summary>Name of the first ordinary user and of that user's project.</summary>
    public const string Demo = "demo";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (keystone.Value.IsUsed)
            return;
        var known = clouds.Load();
        var fresh = new FirstPasswords(NewPassword(), NewPassword());
        var first = !(await users.ListAsync(null, cancellationToken)).Any();
        var seeded = first && await SeedAsync(clouds.Passwords ?? fresh, cancellationToken);
        if (!known && seeded)
            clouds.Keep(fresh);
        if (known || seeded)
            return;
        // Whoever was quicker, or was there before, has the file.
        if (first || await store.AreSharedAsync(settings.Host, cancellationToken))
            LogElsewhere(clouds.Path);
        else
            await RenewAsync(fresh, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RenewAsync(FirstPasswords fresh, CancellationToken cancellationToken)
    {
        clouds.Keep(fresh);
        await SetPasswordAsync(Admin, fresh.Admin, cancellationToken);
        await SetPasswordAsync(Demo, fresh.Member, cancellationToken);
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
        Project NewProject(string name) => new() { Id = NewId(), Name = name, ValidAfter = now };
        User NewUser(string name, string password) => new() { Id = NewId(), Name = name, PasswordHash = passwords.Hash(password), ValidAfter = now };
        var (adminProject, demoProject) = (NewProject(Admin), NewProject(Demo));
        var (admin, demo) = (NewUser(Admin, first.Admin), NewUser(Demo, first.Member));
        return await store.SeedAsync([adminProject, demoProject], [admin, demo],
            [
                new RoleAssignment(admin.Id, adminProject.Id, Role.Of(RoleNames.Admin).Id),
                new RoleAssignment(admin.Id, demoProject.Id, Role.Of(RoleNames.Admin).Id),
                new RoleAssignment(demo.Id, demoProject.Id, Role.Of(RoleNames.Member).Id),
            ], cancellationToken);
    }

    /// <summary>Keystone's form of an id: a UUID without dashes.</summary>
    private static string NewId() => Guid.NewGuid().ToString("N");

    private static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    [LoggerMessage(LogLevel.Warning, "{File} was missing: the users admin and demo have new passwords, which it will hold.")]
    private partial void LogNewPasswords(string file);

    [LoggerMessage(LogLevel.Information, "Other hosts share the users; {File} is not written here: theirs has the first passwords.")]
    private partial void LogElsewhere(string file);
}
