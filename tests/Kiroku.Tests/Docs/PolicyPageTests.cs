namespace Kiroku.Tests.Docs;

public sealed class PolicyPageTests
{
    public static TheoryData<string> Rules => [.. RuleTable.Roles.Keys];

    public static TheoryData<string> Apis => [.. RuleTable.Apis];

    [Theory]
    [MemberData(nameof(Apis))]
    public void The_page_has_the_rules_of_the_code(string api) => RuleTable.Part(api).Settle(RuleTable.Lines(api));

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_is_named_with_its_role(string rule)
    {
        var row = Page.Row(Page.Read("policy.md"), rule);

        Assert.True(row.Length > 1, $"docs/policy.md has no row | `{rule}` | {RuleTable.Roles[rule]} | …");
        Assert.Equal(RuleTable.Roles[rule], row[1]);
        Assert.NotEqual(GeneratedPart.Undescribed, row[2]);
    }

    [Fact]
    public void No_other_rule_is_named()
        => Assert.All(
            Page.Read("policy.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)),
            line => Assert.Contains(line.Split('`')[1], RuleTable.Roles.Keys));
}
