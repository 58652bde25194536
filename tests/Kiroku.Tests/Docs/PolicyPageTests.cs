using Kiroku.Tests.Access;

namespace Kiroku.Tests.Docs;

public sealed class PolicyPageTests
{
    public static TheoryData<string> Rules => [.. DeclaredRules.All.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_is_named_with_its_role(string rule)
    {
        var row = Page.Row(Page.Read("policy.md"), rule);

        Assert.True(row.Length > 1, $"docs/policy.md has no row | `{rule}` | {DeclaredRules.Named(rule).Role} | …");
        Assert.Equal(DeclaredRules.Named(rule).Role, row[1]);
    }

    [Fact]
    public void No_other_rule_is_named()
        => Assert.All(
            Page.Read("policy.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)),
            line => Assert.Contains(line.Split('`')[1], DeclaredRules.All.Select(rule => rule.Name)));
}
