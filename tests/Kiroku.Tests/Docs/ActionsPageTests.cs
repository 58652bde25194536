namespace Kiroku.Tests.Docs;

public sealed class ActionsPageTests
{
    [Fact]
    public void The_page_has_every_action_with_its_answer_its_events_and_its_end()
        => ActionTable.Part.Settle(ActionTable.Lines());

    [Fact]
    public void Every_action_is_described()
        => Assert.DoesNotContain($"| {GeneratedPart.Undescribed} |", ActionTable.Part.Text);
}
