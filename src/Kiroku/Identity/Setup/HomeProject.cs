using Kiroku.Identity.Accounts;
using Kiroku.Identity.Keystone;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Setup;

/// <summary>
/// The project that owns the images that the service itself adds: the administrator's project or, with a Keystone,
/// one that nobody is in.
/// </summary>
internal sealed class HomeProject(ProjectStore projects, IOptions<KeystoneOptions> keystone)
{
    public async Task<string?> FindIdAsync(CancellationToken cancellationToken) => keystone.Value.IsUsed
        ? StableId.Of("home project")
        : (await projects.FindByNameAsync(FirstUsers.Admin, cancellationToken))?.Id;
}
