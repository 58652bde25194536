using System.Collections.Frozen;
using System.Reflection;
using Kiroku.Api;
using Kiroku.Identity;

namespace Kiroku.Tests.Identity;

public sealed class PolicyTests
{
    [Theory]
    [InlineData("reader", Rules.ServersShow, true)]
    [InlineData("reader", Rules.ServersStart, false)]
    [InlineData("member", Rules.ServersStart, true)]
    [InlineData("member", Rules.ActionsEvents, false)]
    [InlineData("member", Rules.ActionsEventsDetails, true)]
    [InlineData("member", Rules.ImagePublicize, false)]
    [InlineData("admin", Rules.ActionsEvents, true)]
    [InlineData("other", Rules.ServersShow, false)]
    public void A_role_may_do_what_the_table_says(string role, string rule, bool may)
        => Assert.Equal(may, Caller(role).May(rule, "mine"));

    [Theory]
    [InlineData("member", false)]
    [InlineData("admin", true)]
    public void Only_administrators_touch_what_another_project_owns(string role, bool may)
        => Assert.Equal(may, Caller(role).May(Rules.ServersShow, "theirs"));

    [Fact]
    public void A_refusal_is_403_and_names_the_rule()
    {
        var fault = Assert.Throws<Fault>(() => Caller("reader").Require(Rules.ServersStop, "mine"));
        Assert.Equal((403, "Policy doesn't allow os_compute_api:servers:stop to be performed."), (fault.Status, fault.Message));
    }

    [Fact]
    public void Every_rule_stands_in_the_table()
    {
        foreach (var rule in typeof(Rules).GetFields(BindingFlags.Public | BindingFlags.Static))
            Caller("reader").May((string)rule.GetValue(null)!, "mine");
    }

    [Fact]
    public void Roles_bring_those_they_imply()
    {
        Assert.Equal(["admin", "member", "reader"], RoleNames.WithImplied(["admin"]));
        Assert.Equal(["member", "reader", "other"], RoleNames.WithImplied(["other", "member"]));
        Assert.Equal(["other"], RoleNames.WithImplied(["other"]));
        Assert.Empty(RoleNames.WithImplied([]));
    }

    private static Caller Caller(string role) => new("user", "user", "mine", "mine", RoleNames.WithImplied([role]).ToFrozenSet());
}
