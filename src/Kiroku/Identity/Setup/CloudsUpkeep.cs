using Kiroku.Identity.Accounts;
using Kiroku.Identity.Keystone;
using Kiroku.Identity.SigningIn;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Setup;

/// <summary>
/// Removes outdated passwords from <see cref="CloudsFile"/>, whoever changed them and through whichever node. An
/// outdated one would mislead whoever signs in with the file, and nobody expects an old password in a file.
/// </summary>
internal sealed partial class CloudsUpkeep(
    CloudsFile clouds, UserStore users, Passwords passwords, SignInQueue queue,
    IOptions<KeystoneOptions> keystone, TimeProvider time, ILogger<CloudsUpkeep> logger)
    : RepeatedWork(Interval, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>The hashes that were already checked, by user: a check takes a processor for a while.</summary>
    private readonly Dictionary<string, string> known = [];

    protected override string Work => "Looking whether clouds.yaml is out of date";

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var name in new[] { FirstUsers.Admin, FirstUsers.Demo })
        {
            if (keystone.Value.IsUsed || clouds.Passwords?.Of(name) is not { } password)
                continue;
            var hash = (await users.FindByNameAsync(name, cancellationToken))?.PasswordHash ?? "";
            if (known.GetValueOrDefault(name) == hash)
                continue;
            using (await queue.TakeProcessorAsync(cancellationToken))
            {
                if (!passwords.Verify(hash, password))
                    clouds.Forget(name);
            }
            known[name] = hash;
        }
    }

    /// <summary>A start has other work for the processors, and these checks take a fifth of what it takes.</summary>
    protected override Task ReadyAsync(CancellationToken cancellationToken)
        => Task.Delay(Interval, Time, cancellationToken);

    protected override Task WorkAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);
}
