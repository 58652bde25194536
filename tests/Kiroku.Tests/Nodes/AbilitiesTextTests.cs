using Kiroku.Hypervisors;
using Kiroku.Nodes;

namespace Kiroku.Tests.Nodes;

/// <summary>What a host's row says of its hardware, and of whom it still holds.</summary>
public sealed class AbilitiesTextTests
{
    private static readonly string Said = AbilitiesText.Write(
        new HostAbilities { HasUefi = true, MachineTypes = ["pc"] }, "1.10.0");

    [Theory]
    [InlineData("1.10.0")]
    [InlineData("1.11.0")]
    [InlineData("2.0.0")]
    public void What_a_node_said_holds_for_it_and_for_later_versions(string version)
    {
        var abilities = AbilitiesText.Read(Said, version)!;
        Assert.Equal((true, "pc"), (abilities.HasUefi, Assert.Single(abilities.MachineTypes)));
    }

    [Theory]
    [InlineData("1.9.0")]
    [InlineData("0.1.0")]
    [InlineData("unknown")]
    public void Of_an_older_version_that_is_back_in_its_place_nothing_is_known(string version)
        => Assert.Null(AbilitiesText.Read(Said, version));

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"version":"1.0.0"}""")]
    [InlineData("""{"version":"1.0.0","abilities":7}""")]
    public void A_text_of_another_form_says_nothing(string text)
        => Assert.Null(AbilitiesText.Read(text, "9.0.0"));
}
