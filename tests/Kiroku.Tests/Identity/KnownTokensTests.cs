using Kiroku.Identity.Accounts;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Identity;

public sealed class KnownTokensTests
{
    [Fact]
    public async Task A_token_is_void_as_soon_as_the_store_says_so_even_before_the_process_that_wrote_it_knows()
    {
        await using var cloud = await Cloud.StartAsync();
        Assert.Equal(200, await IdentityDesk.StatusAsync(cloud.Demo));
        var users = cloud.App.Services.GetRequiredService<UserStore>();
        var (held, go) = cloud.Database.HoldWhen(
            async ()
                => await users.FindByNameAsync("demo", TestContext.Current.CancellationToken) is { Enabled: false });

        var disable = cloud.Admin.AskAsync(
            "PATCH", $"/identity/v3/users/{cloud.Demo.UserId}", """{"user":{"enabled":false}}""");
        await held;

        Assert.Equal(401, await IdentityDesk.StatusAsync(cloud.Demo));
        go();
        Assert.Equal(200, (await disable).Status);
    }
}
