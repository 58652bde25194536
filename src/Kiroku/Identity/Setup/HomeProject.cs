using Kiroku.Identity.Accounts;
using Kiroku.Identity.Keystone;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Setup;

/// <summary>
/// The project that owns what the service itself puts in: the administrator's, or with a Keystone one that is nobody's.
/// </summary>
internal sealed class HomeProject(ProjectStore projects, IOptions<KeystoneOptions> keystone)
{
    public async Task<string?> FindIdAsync(CancellationToken cancellationToken) => keystone.Value.IsUsed
        ? StableId.Of("home project")
        : (await projects.FindByNameAsync(FirstUsers.Admin, cancellationToken))?.Id;
}
