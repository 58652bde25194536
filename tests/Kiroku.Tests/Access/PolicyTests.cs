using System.Collections.Frozen;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.State;
using Kiroku.Servers.Work;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Access;

public sealed class PolicyTests
{
    [Theory]
    [InlineData("reader", "os_compute_api:servers:show", true)]
    [InlineData("reader", "os_compute_api:servers:start", false)]
    [InlineData("member", "os_compute_api:servers:start", true)]
    [InlineData("member", "os_compute_api:os-instance-actions:events", false)]
    [InlineData("member", "os_compute_api:os-instance-actions:events:details", true)]
    [InlineData("member", "publicize_image", false)]
    [InlineData("admin", "os_compute_api:os-instance-actions:events", true)]
    [InlineData("other", "os_compute_api:servers:show", false)]
    public void A_role_allows_what_the_table_says(string role, string rule, bool may)
        => Assert.Equal(may, Caller(role).May(DeclaredRules.Named(rule), "mine"));

    [Theory]
    [InlineData("member", false)]
    [InlineData("admin", true)]
    public void Only_administrators_act_on_things_of_another_project(string role, bool may)
        => Assert.Equal(may, Caller(role).May(ServerRules.Show, "theirs"));

    [Fact]
    public void A_refusal_is_403_and_names_the_rule()
    {
        var fault = Assert.Throws<Fault>(() => Caller("reader").Require(StopServer.Rule, "mine"));
        Assert.Equal(
            (403, "Policy doesn't allow os_compute_api:servers:stop to be performed."), (fault.Status, fault.Message));
    }

    [Fact]
    public void A_setting_names_another_role_for_its_rule_and_leaves_the_others()
    {
        var policy = With(
            ("Policy:os_compute_api:servers:index", "member"),
            ("Policy:os_compute_api:servers:index:get_all_tenants", "support"));
        var (reader, member) = (Caller("reader") with { Policy = policy }, Caller("member") with { Policy = policy });

        Assert.False(reader.May(ServerRules.List, "mine"));
        Assert.True(member.May(ServerRules.List, "mine"));
        Assert.True((Caller("support") with { Policy = policy }).May(ServerRules.ListAllProjects, "mine"));
        Assert.True(reader.May(ServerRules.Show, "mine"));
        Assert.True((Caller("admin") with { Policy = policy }).May(ServerRules.List, "theirs"));
    }

    [Theory]
    [InlineData("Policy:os_compute_api:servers:fly", "member", "Policy:os_compute_api:servers:fly is no rule")]
    [InlineData("Policy:os_compute_api:servers", "member", "Policy:os_compute_api:servers is no rule")]
    [InlineData("Policy:os_compute_api:servers:start", "", "is to be the name of a role")]
    [InlineData("Policy:os_compute_api:servers:start", "role:member and not role:guest", "is to be the name of a role")]
    public void An_invalid_setting_is_refused(string key, string value, string says)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => With((key, value)));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_follows_its_settings()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Configuration["Policy:os_compute_api:servers:index"] = "admin");
        var (demo, admin) = (await app.SignInAsync(), await app.SignInAsync("admin"));
        using var refused = await demo.GetAsync("/v2.1/servers");
        using var allowed = await admin.GetAsync("/v2.1/servers");

        Assert.Equal(403, (int)refused.StatusCode);
        Assert.Contains(
            "Policy doesn't allow os_compute_api:servers:index to be performed.",
            (await TestApp.JsonAsync(refused)).ToJsonString(TestApp.Plain), StringComparison.Ordinal);
        Assert.Equal(200, (int)allowed.StatusCode);
    }

    [Fact]
    public async Task Every_rule_is_declared_once_and_settings_may_name_it()
    {
        await using var app = await TestApp.StartAsync();
        var known = app.Services.GetServices<Rule>().Select(rule => rule.Name).Order(StringComparer.Ordinal);

        Assert.Equal(DeclaredRules.All.Select(rule => rule.Name).Order(StringComparer.Ordinal), known);
        Assert.Equal(DeclaredRules.All.Count, DeclaredRules.All.DistinctBy(rule => rule.Name).Count());
    }

    [Fact]
    public void Roles_include_those_they_imply()
    {
        Assert.Equal(["admin", "member", "reader"], RoleNames.WithImplied(["admin"]));
        Assert.Equal(["member", "reader", "other"], RoleNames.WithImplied(["other", "member"]));
        Assert.Equal(["other"], RoleNames.WithImplied(["other"]));
        Assert.Empty(RoleNames.WithImplied([]));
    }

    private static Policy With(params (string Key, string Value)[] settings)
    {
        var values = settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        return Policy.Of(DeclaredRules.All, new ConfigurationBuilder().AddInMemoryCollection(values).Build());
    }

    private static Caller Caller(string role)
        => new("user", "user", "mine", "mine", RoleNames.WithImplied([role]).ToFrozenSet());
}
