using Kiroku.Identity.Accounts;
using Kiroku.Identity.Keystone;
using Kiroku.Identity.SigningIn;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Setup;

/// <summary>
/// Sees to it that <see cref="CloudsFile"/> holds no password that is not in use any more, whoever changed it, through
/// whichever node: it would mislead whoever signs in by it, and nobody expects a former password in a file.
/// </summary>
internal sealed partial class CloudsUpkeep(
    CloudsFile clouds, UserStore users, Passwords passwords, SignInQueue queue,
    IOptions<KeystoneOptions> keystone, TimeProvider time, ILogger<CloudsUpkeep> logger)
    : RepeatedWork(TimeSpan.FromSeconds(30), time, logger)
{
    /// <summary>What was looked at before: a look takes a processor for a while.</summary>
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

    protected override Task WorkAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);
}
