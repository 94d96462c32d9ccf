-- CreateEnum
CREATE TYPE "CreditTransactionType" AS ENUM ('DEBIT', 'CREDIT', 'BONUS', 'REFUND', 'PURCHASE');

-- CreateEnum
CREATE TYPE "SubscriptionTier" AS ENUM ('FREE', 'PRO', 'ENTERPRISE');

-- CreateEnum
CREATE TYPE "TaskType" AS ENUM ('DEBUG', 'ASK', 'DOCUMENTATION', 'ARCHITECT', 'PR_REVIEW', 'ASYNC');

-- CreateEnum
CREATE TYPE "TaskPriority" AS ENUM ('LOW', 'MEDIUM', 'HIGH');

-- CreateEnum
CREATE TYPE "TaskResultType" AS ENUM ('CODE_CHANGES', 'DOCUMENTATION', 'ANALYSIS', 'PR_CREATED', 'ERROR');

-- CreateEnum
CREATE TYPE "PullRequestState" AS ENUM ('OPEN', 'MERGED', 'CLOSED');

-- CreateEnum
CREATE TYPE "ModelProvider" AS ENUM ('LOCAL', 'OPENAI', 'ANTHROPIC', 'GOOGLE');

-- AlterEnum
ALTER TYPE "JobKind" ADD VALUE 'TASK';

-- AlterEnum
ALTER TYPE "OAuthProvider" ADD VALUE 'CLERK';

-- AlterTable
ALTER TABLE "Repository" ADD COLUMN     "description" TEXT,
ADD COLUMN     "githubId" BIGINT,
ADD COLUMN     "isActive" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "isPrivate" BOOLEAN,
ADD COLUMN     "language" TEXT,
ADD COLUMN     "pushedAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "CreditAccount" (
    "userId" UUID NOT NULL,
    "balance" INTEGER NOT NULL DEFAULT 0,
    "held" INTEGER NOT NULL DEFAULT 0,
    "totalUsed" INTEGER NOT NULL DEFAULT 0,
    "tier" "SubscriptionTier" NOT NULL DEFAULT 'FREE',

    CONSTRAINT "CreditAccount_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "CreditHold" (
    "jobId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "amount" INTEGER NOT NULL,
    "used" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "CreditHold_pkey" PRIMARY KEY ("jobId")
);

-- CreateTable
CREATE TABLE "CreditTransaction" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "type" "CreditTransactionType" NOT NULL,
    "amount" INTEGER NOT NULL,
    "balanceAfter" INTEGER NOT NULL,
    "description" TEXT NOT NULL,
    "jobId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CreditTransaction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RepositorySync" (
    "userId" UUID NOT NULL,
    "etags" TEXT[],
    "syncedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RepositorySync_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "GitHubDelivery" (
    "id" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "GitHubDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AiModel" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "provider" "ModelProvider" NOT NULL,
    "description" TEXT NOT NULL,
    "costPerToken" DOUBLE PRECISION NOT NULL,
    "maxTokens" INTEGER NOT NULL,
    "capabilities" "TaskType"[],
    "isEnabled" BOOLEAN NOT NULL DEFAULT true,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "AiModel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Task" (
    "jobId" UUID NOT NULL,
    "repositoryId" UUID NOT NULL,
    "aiModelId" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "prompt" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "targetBranch" TEXT NOT NULL,
    "type" "TaskType" NOT NULL,
    "priority" "TaskPriority" NOT NULL DEFAULT 'MEDIUM',
    "pullRequest" BOOLEAN NOT NULL DEFAULT false,
    "estimatedCredits" INTEGER NOT NULL,
    "creditsUsed" INTEGER,
    "tokensUsed" INTEGER NOT NULL DEFAULT 0,
    "commit" TEXT,
    "pullRequestUrl" TEXT,
    "pullRequestNumber" INTEGER,
    "pullRequestState" "PullRequestState",
    "retryOfId" UUID,

    CONSTRAINT "Task_pkey" PRIMARY KEY ("jobId")
);

-- CreateTable
CREATE TABLE "TaskResult" (
    "id" UUID NOT NULL,
    "jobId" UUID NOT NULL,
    "resultType" "TaskResultType" NOT NULL,
    "content" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "data" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TaskResult_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "CreditHold_userId_idx" ON "CreditHold"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "CreditTransaction_jobId_key" ON "CreditTransaction"("jobId");

-- CreateIndex
CREATE INDEX "CreditTransaction_userId_id_idx" ON "CreditTransaction"("userId", "id" DESC);

-- CreateIndex
CREATE INDEX "GitHubDelivery_receivedAt_idx" ON "GitHubDelivery"("receivedAt");

-- CreateIndex
CREATE UNIQUE INDEX "AiModel_name_key" ON "AiModel"("name");

-- CreateIndex
CREATE INDEX "Task_repositoryId_idx" ON "Task"("repositoryId");

-- CreateIndex
CREATE INDEX "Task_aiModelId_idx" ON "Task"("aiModelId");

-- CreateIndex
CREATE INDEX "Task_retryOfId_idx" ON "Task"("retryOfId");

-- CreateIndex
CREATE INDEX "TaskResult_jobId_id_idx" ON "TaskResult"("jobId", "id");

-- CreateIndex
CREATE INDEX "Repository_githubId_idx" ON "Repository"("githubId");

-- AddForeignKey
ALTER TABLE "CreditAccount" ADD CONSTRAINT "CreditAccount_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CreditHold" ADD CONSTRAINT "CreditHold_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CreditTransaction" ADD CONSTRAINT "CreditTransaction_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RepositorySync" ADD CONSTRAINT "RepositorySync_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "Repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_aiModelId_fkey" FOREIGN KEY ("aiModelId") REFERENCES "AiModel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_retryOfId_fkey" FOREIGN KEY ("retryOfId") REFERENCES "Task"("jobId") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TaskResult" ADD CONSTRAINT "TaskResult_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Task"("jobId") ON DELETE CASCADE ON UPDATE CASCADE;

-- The ledger's promises, held by the database whatever the program does.
ALTER TABLE "CreditAccount" ADD CONSTRAINT "CreditAccount_held_check" CHECK ("held" >= 0 AND "held" <= "balance");
ALTER TABLE "CreditAccount" ADD CONSTRAINT "CreditAccount_totalUsed_check" CHECK ("totalUsed" >= 0);
ALTER TABLE "CreditHold" ADD CONSTRAINT "CreditHold_amount_check" CHECK ("amount" > 0);
ALTER TABLE "CreditHold" ADD CONSTRAINT "CreditHold_used_check"
  CHECK (("used" IS NULL) = ("settledAt" IS NULL) AND ("used" IS NULL OR ("used" >= 0 AND "used" <= "amount")));
ALTER TABLE "CreditTransaction" ADD CONSTRAINT "CreditTransaction_amount_check"
  CHECK ("amount" <> 0 AND ("type" = 'DEBIT') = ("amount" < 0) AND "balanceAfter" >= 0);

-- Those who are here already get what a new user gets. The id of the line is the user's: it sorts before any later one.
INSERT INTO "CreditAccount" ("userId", "balance") SELECT "id", 100 FROM "User";
INSERT INTO "CreditTransaction" ("id", "userId", "type", "amount", "balanceAfter", "description")
  SELECT "id", "id", 'BONUS', 100, 100, 'Welcome bonus' FROM "User";

-- The catalogue. The ids are the same everywhere, so that a script may carry one from one server to another.
INSERT INTO "AiModel" ("id", "name", "displayName", "provider", "description", "costPerToken", "maxTokens", "capabilities", "position") VALUES
  ('01936d00-0000-7000-8000-000000000001', 'local', 'Built-in engine', 'LOCAL',
    'Works on this server without a key: searches, analyses, documents and repairs by rule.', 0, 1000000,
    '{DEBUG,ASK,DOCUMENTATION,ARCHITECT,PR_REVIEW,ASYNC}', 0),
  ('01936d00-0000-7000-8000-000000000002', 'gpt-4', 'GPT-4', 'OPENAI',
    'Most capable GPT model', 0.00003, 8192, '{DEBUG,ASK,DOCUMENTATION,ARCHITECT,PR_REVIEW,ASYNC}', 1),
  ('01936d00-0000-7000-8000-000000000003', 'gpt-3.5-turbo', 'GPT-3.5 Turbo', 'OPENAI',
    'Fast GPT model for simple work', 0.0000015, 16385, '{DEBUG,ASK,DOCUMENTATION}', 2),
  ('01936d00-0000-7000-8000-000000000004', 'claude-3-sonnet', 'Claude 3 Sonnet', 'ANTHROPIC',
    'Balanced Claude model', 0.000015, 200000, '{DEBUG,ASK,DOCUMENTATION,ARCHITECT,PR_REVIEW,ASYNC}', 3),
  ('01936d00-0000-7000-8000-000000000005', 'claude-3-haiku', 'Claude 3 Haiku', 'ANTHROPIC',
    'Fast Claude model', 0.00000125, 200000, '{DEBUG,ASK,DOCUMENTATION,PR_REVIEW}', 4),
  ('01936d00-0000-7000-8000-000000000006', 'gemini-pro', 'Gemini Pro', 'GOOGLE',
    'General model of Google', 0.0000015, 32760, '{ASK,DOCUMENTATION}', 5);
